import { z } from "zod";
import type { Instant, Reading } from "../core/domain/quota.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type Http, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { balanceReadings, costReadings, usageReadings } from "./deepgram-figures.ts";
import { list, record, text, unwrap } from "./kit/lenient.ts";
import { slug, withDistinctIds } from "./kit/naming.ts";

const name = "Deepgram";

/** The balance, the use and the cost of Deepgram projects, from the Management API; checked 2026-11-22. */
export const deepgram = defineProvider({
  id: "deepgram",
  name,
  official: true,
  billing: "prepaid",
  hosts: ["api.deepgram.com"],
  settings: z.object({
    apiKey: secret("DEEPGRAM_API_KEY"),
    /** Default: every project that the key may see. */
    projectId: z.string().trim().min(1).optional(),
  }),
  // Use is counted by the day, so asking more often tells little.
  minInterval: minutes(15),
  async read({ http, now, settings }) {
    const { apiKey, projectId } = settings;
    const projects = projectId === undefined ? await listProjects(http, apiKey) : [{ id: projectId }];
    const parts = await Promise.allSettled(
      projects.flatMap((project) =>
        projectParts(http, apiKey, project.id, now).map(async (part) =>
          projects.length === 1 ? await part : named(await part, project),
        ),
      ),
    );
    return {
      owner: projects
        .map(({ id }) => id)
        .sort()
        .join(" "),
      readings: withDistinctIds(readingsOf(parts)),
    };
  },
});

interface Project {
  id: string;
  name?: string | undefined;
}

const maxProjects = 20;

const projectList = record({ projects: list(record({ project_id: text, name: text })) });

async function listProjects(http: Http, apiKey: string): Promise<Project[]> {
  const answer = await http.json({
    ...request("", apiKey),
    explain: (answer) => (lacksScope(answer) ? mayNotList() : undefined),
    known: ["projects"],
  });
  const told = projectList.parse(unwrap(answer, ["projects"]))?.projects;
  const projects = told?.flatMap(({ project_id: id, name }) => (id === undefined ? [] : [{ id, name }]));
  if (projects === undefined || (projects.length === 0 && told?.length !== 0)) throw notUnderstood();
  if (projects.length === 0) {
    throw new AppError("provider_not_applicable", `This ${name} key sees no project.`);
  }
  if (projects.length > maxProjects) {
    throw new AppError(
      "provider_not_applicable",
      `This ${name} key sees more than ${maxProjects} projects: name one with \`projectId\`.`,
    );
  }
  return projects;
}

/** Each part needs a scope of its own, so each may be refused alone. */
function projectParts(http: Http, apiKey: string, id: string, now: Instant): Promise<readonly Reading[]>[] {
  const today = new Date(now).toISOString().slice(0, 10);
  const month = `start=${today.slice(0, 8)}01&end=${today}`;
  async function part(page: string, read: (answer: unknown) => readonly Reading[] | undefined) {
    const answer = await http.json({
      ...request(`/${encodeURIComponent(id)}/${page}`, apiKey),
      explain: refusal,
    });
    const readings = read(answer);
    if (readings === undefined) throw notUnderstood();
    return readings;
  }
  return [
    part("balances", balanceReadings),
    part(`usage/breakdown?${month}`, (answer) => usageReadings(answer, now)),
    part(`billing/breakdown?${month}`, (answer) => costReadings(answer, now)),
  ];
}

function request(path: string, apiKey: string) {
  return {
    url: `https://api.deepgram.com/v1/projects${path}`,
    headers: { authorization: `Token ${apiKey}` },
  };
}

/** What was told, in spite of what was not. Throws when that is nothing. */
function readingsOf(parts: readonly PromiseSettledResult<readonly Reading[]>[]): Reading[] {
  const readings = parts.flatMap((part) => (part.status === "fulfilled" ? part.value : []));
  const errors = parts.flatMap((part) => (part.status === "rejected" ? [part.reason as unknown] : []));
  const bug = errors.find((error) => !isAppError(error));
  // One that passes by itself comes first: after the others nobody would try again.
  const failure = bug ?? errors.find((error) => isAppError(error) && error.retryable) ?? errors[0];
  if (bug !== undefined || (readings.length === 0 && failure !== undefined)) throw failure;
  return readings;
}

function named(readings: readonly Reading[], project: Project): Reading[] {
  const title = project.name ?? "unnamed project";
  return readings.map((reading) => ({
    ...reading,
    id: `${reading.id}-${slug(title)}`,
    label: `${reading.label} (${title})`,
  }));
}

/** The API has two kinds of error bodies. */
const errorFields = record({ err_code: text, category: text });

function lacksScope({ body }: HttpAnswer): boolean {
  const told = errorFields.parse(body);
  return (told?.err_code ?? told?.category) === "INSUFFICIENT_PERMISSIONS";
}

function mayNotList(): AppError {
  return new AppError(
    "provider_forbidden",
    `This ${name} key may not list its projects: name one with \`projectId\`.`,
  );
}

function refusal(answer: HttpAnswer): AppError | undefined {
  if (lacksScope(answer)) {
    return new AppError(
      "provider_forbidden",
      `This ${name} key lacks a scope. Make one with \`usage:read\` and \`billing:read\`.`,
    );
  }
  if (answer.html || answer.status !== 404) return undefined;
  return new AppError("provider_not_applicable", `${name} knows no such project: check \`projectId\`.`);
}

function notUnderstood(): AppError {
  return new AppError("provider_unexpected_response", `${name} answered without the figures of a project.`);
}
