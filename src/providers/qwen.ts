import { z } from "zod";
import { defineProvider, minutes, secret } from "../core/provider.ts";

/**
 * The free sign-in of Qwen Code, which has ended (checked 2026-11-22). It never told a quota, so nothing is asked; an
 * account that is still configured is told what took its place.
 */
export const qwen = defineProvider({
  id: "qwen",
  name: "Qwen",
  official: true,
  billing: "subscription",
  hosts: [],
  settings: z.object({ apiKey: secret("QWEN_API_KEY").optional() }),
  minInterval: minutes(5),
  async read() {
    return {
      retired:
        "Qwen's free sign-in has ended, since 2026-04-15: use an Alibaba Cloud Model Studio key or its Coding Plan, or another provider.",
      readings: [],
    };
  },
});
