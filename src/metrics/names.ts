import { otherValues } from "../core/domain/book.ts";

/** The label of records that tell no model. */
export const unknownModel = "unknown";
/** The label that all models share which have none of their own. */
export const otherModels = "other";
/** So many models have a label of their own in one metric. */
export const mostModels = 50;

const longestModel = 100;

/** Classes of tokens: as the core calls them, and as labels do. */
export const tokenClasses = [
  ["input", "input"],
  ["output", "output"],
  ["cacheRead", "cache_read"],
  ["cacheWrite", "cache_write"],
  ["reasoning", "reasoning"],
] as const;

/** The label of a model, as far as it can have one of its own. */
export function modelLabel(model: string | undefined): string {
  if (model === undefined || model === "") return unknownModel;
  return model === otherValues || model.length > longestModel ? otherModels : model;
}

/** Whether a label stands for one model. */
export function isModel(label: string): boolean {
  return label !== unknownModel && label !== otherModels;
}

export function dollars(micros: number): number {
  return micros / 1e6;
}
