import { z } from "zod";

/** A line of text that is not blank, without space around it. */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(longest)
    .regex(/^\P{C}*$/u, "must be one line of text");
