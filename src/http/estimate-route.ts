import { estimateOf, taskType } from "../core/domain/estimate.ts";
import { estimateJson } from "../core/services/allocation-json.ts";
import type { TaskSizes } from "../core/services/task-sizes.ts";
import { circumstanceFields, taskField } from "./allocation-request.ts";
import { json } from "./answers.ts";
import { queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";
import type { EstimateAnswer } from "./schemas/allocation-answers.ts";

export interface EstimateRouteOptions {
  taskSizes: Pick<TaskSizes, "sizeOf">;
}

export const estimateQuery = {
  task: {
    description: "The type of the task; `code_review`, `code-review` and `Code review` are one.",
    schema: taskField,
    required: true,
    example: "code_review",
  },
  files: {
    description: "How many files it is about: tokens x files / 10, from 0.5 to 3 times; left out: 1.",
    schema: circumstanceFields.files,
    example: "12",
  },
  complexity: { description: "simple: x 0.7, complex: x 1.5.", schema: circumstanceFields.complexity },
  conservative: { description: "true: x 1.3.", schema: circumstanceFields.conservative, example: "true" },
  urgent: { description: "true: the priority is one step higher.", schema: circumstanceFields.urgent },
} satisfies Query;

/**
 * What a task takes: `task`, and as far as known `files`, `complexity`, `conservative` and `urgent`.
 * @throws request_invalid for a task without a size, and for what the parameters cannot mean
 */
export function estimateRoute({ taskSizes }: EstimateRouteOptions): Route {
  return async ({ req }) => {
    const { task, ...circumstances } = queryOf(req, estimateQuery);
    const size = await taskSizes.sizeOf(task);
    return json<EstimateAnswer>(estimateJson(estimateOf(taskType(task), size, circumstances)));
  };
}
