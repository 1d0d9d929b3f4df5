import { z } from "zod";
import { flag, instant, orNull, type Told } from "./fields.ts";
import { quotaAnswer } from "./quota-answer.ts";

/** What the route that reads an account now answers: how it stands, as in `quotaAnswer`, and what has come of it. */
export const refreshAnswer = quotaAnswer
  .extend({
    read: flag.meta({ description: "Whether it was read; whether that went well, its state tells" }),
    reason: orNull(z.enum(["floor", "reading", "push", "stopping"])).meta({
      description:
        "Why it was not: its provider may not be asked before `nextAllowedAt`; the read still goes on; people's machines tell its numbers; the bot stops",
    }),
    nextAllowedAt: orNull(instant).meta({ description: "No read before then; null when that is not known" }),
  })
  .meta({ id: "Refreshed" });

export type RefreshAnswer = Told<typeof refreshAnswer>;
