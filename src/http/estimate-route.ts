import { estimateOf, taskType } from "../core/domain/estimate.ts";
import { estimateJson } from "../core/services/allocation-json.ts";
import type { TaskSizes } from "../core/services/task-sizes.ts";
import { readTask } from "./allocation-request.ts";
import { json } from "./answers.ts";
import { parametersOf } from "./queries.ts";
import type { Route } from "./route.ts";

export interface EstimateRouteOptions {
  taskSizes: Pick<TaskSizes, "sizeOf">;
}

const once = "once" as const;
const parameters = { task: once, files: once, complexity: once, conservative: once, urgent: once };

/**
 * What a task takes: `task`, and as far as known `files`, `complexity`, `conservative` and `urgent`.
 * @throws request_invalid for a task without a size, and for what the parameters cannot mean
 */
export function estimateRoute({ taskSizes }: EstimateRouteOptions): Route {
  return async ({ req }) => {
    const given = Object.entries(parametersOf(req, parameters)).map(([name, [value]]) => [name, value]);
    const { task, ...circumstances } = readTask(Object.fromEntries(given));
    const size = await taskSizes.sizeOf(task);
    return json(estimateJson(estimateOf(taskType(task), size, circumstances)));
  };
}
