import type { Registry } from "prom-client";
import { isUntold } from "../core/domain/delivery.ts";
import { eventTypes, severityOf } from "../core/domain/event.ts";
import type { Outbox } from "../core/ports.ts";
import { standingsOf } from "../core/services/alert-standings.ts";
import { createPart, gaugesIn, type Part } from "./part.ts";

/** What is told, or is to be told, by itself: as the outbox has it. */
export function alertPart(registry: Registry, options: { outbox: Pick<Outbox, "find"> }): Part {
  const gauge = gaugesIn(registry);
  const series = {
    active: gauge(
      "quotabot_alerts_active",
      "Alerts that go on, each once however many channels are told of it.",
      ["event", "severity"],
    ),
    pending: gauge("quotabot_outbox_pending", "Things that channels are yet to be told."),
  };
  return createPart("alerts", series, async (put) => {
    const [open, untold] = await Promise.all([
      options.outbox.find({ open: true }),
      options.outbox.find({ untold: true }),
    ]);
    const types = [...standingsOf(open).values()].map(({ event }) => event.type);
    for (const event of eventTypes) {
      const active = types.filter((type) => type === event).length;
      put("active", { event, severity: severityOf(event) }, active);
    }
    put("pending", {}, untold.filter(isUntold).length);
  });
}
