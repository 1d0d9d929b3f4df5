import { Counter, Histogram, type Registry } from "prom-client";
import { type ErrorCode, isAppError } from "../core/errors.ts";
import type { AccountReader } from "../core/services/read-quotas.ts";

/** Counts reads of accounts at their providers, and how long they take. */
export function createReadMeter(registry: Registry) {
  const reads = new Counter({
    name: "quotabot_provider_reads_total",
    help: "Reads of accounts at their provider, by what came of them: ok, or the code of the failure.",
    labelNames: ["provider", "outcome"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "quotabot_provider_read_duration_seconds",
    help: "How long reads of accounts at their provider took.",
    labelNames: ["provider"],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  });

  /** The same reader, whose reads are counted. */
  return function watchReader<Reader extends Pick<AccountReader, "read">>(reader: Reader): Reader {
    return {
      ...reader,
      async read(account, signal) {
        const { provider } = account;
        const tell = durations.startTimer({ provider });
        let told = false;
        const end = (outcome: "ok" | ErrorCode) => {
          if (told) return;
          told = true;
          tell();
          reads.inc({ provider, outcome });
        };
        // Whoever reads does not wait for a provider that ignores that it is given up.
        const giveUp = () => end(codeOf(signal.reason));
        signal.addEventListener("abort", giveUp, { once: true });
        try {
          const found = await reader.read(account, signal);
          end("ok");
          return found;
        } catch (error) {
          end(codeOf(error));
          throw error;
        } finally {
          signal.removeEventListener("abort", giveUp);
        }
      },
    };
  };
}

function codeOf(error: unknown): ErrorCode {
  return isAppError(error) ? error.code : "provider_unexpected_response";
}
