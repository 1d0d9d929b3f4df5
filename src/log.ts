import pino from "pino";
import type { Log } from "./core/ports.ts";
import { createRedactor, redacted } from "./redact.ts";

export interface LogOptions {
  /** The least serious lines that are written; default: info. */
  level?: "debug" | "info" | "warn" | "error" | "silent" | undefined;
  /** Takes one line of JSON at a time; default: standard error, written before the call returns. */
  destination?: { write(line: string): void } | undefined;
  /** Texts that must never be written, wherever they turn up. */
  secrets: readonly string[];
}

/**
 * A log of JSON lines: `level`, `time` (ISO 8601), the fields, `msg`. Secrets are replaced by the name of their
 * field (token, password, ...) and by their value, also inside sentences, URLs, keys and stacks. Of an error its
 * code, message and stack are kept; of its cause, which may hold a whole answer, only a system code.
 */
export function createLog(options: LogOptions): Log {
  const redact = createRedactor(options.secrets);
  const logger = pino(
    {
      level: options.level ?? "info",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
  const write = (level: "debug" | "info" | "warn" | "error") => (fields: object, message: string) => {
    if (!logger.isLevelEnabled(level)) return;
    const clean = cleaned(fields instanceof Error ? { error: fields } : fields, redact, []);
    logger[level](clean, redact(message));
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

const deepest = 8;
/** Whether what stands under this name must not be shown, in whichever way the name is written: apiKey, X-Api-Key. */
function isSecretField(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return /(^|[^a-z])(authorization|cookie|credentials?|pass(word|phrase)|secret|token|api[^a-z]?key)$/.test(
    words,
  );
}

/** A copy made of plain values only, without secrets, cycles and endless depth. `above` are the objects around it. */
function cleaned(value: unknown, redact: (text: string) => string, above: readonly object[]): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "number" || typeof value === "bigint") {
    const text = redact(String(value));
    return text === String(value) && typeof value === "number" ? value : text;
  }
  if (typeof value !== "object" || value === null) {
    return typeof value === "boolean" || value === null ? value : undefined;
  }
  if (above.includes(value)) return "[circular]";
  if (above.length >= deepest) return "[deeper]";
  if (value instanceof Error) return cleanedError(value, redact);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof URL) return redact(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const inside = [...above, value];
  if (Array.isArray(value) || value instanceof Set)
    return [...value].map((item) => cleaned(item, redact, inside));
  const entries = value instanceof Map ? [...value] : ownEntries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      redact(String(key)),
      isSecretField(String(key)) && item !== undefined && item !== null
        ? redacted
        : cleaned(item, redact, inside),
    ]),
  );
}

function cleanedError(error: Error, redact: (text: string) => string): object {
  return {
    type: error.name,
    code: shortCode(error),
    message: redact(error.message),
    stack: error.stack === undefined ? undefined : redact(error.stack),
    cause: shortCode(error.cause),
  };
}

/** A code such as ECONNREFUSED or config_invalid, when the value carries one. */
function shortCode(value: unknown): string | undefined {
  const code = typeof value === "object" && value !== null && "code" in value ? value.code : undefined;
  return typeof code === "string" && /^[A-Za-z_]{2,40}$/.test(code) ? code : undefined;
}

/** Entries of an object whose getters may throw. */
function ownEntries(value: object): [string, unknown][] {
  return Object.keys(value).map((key) => {
    try {
      return [key, Reflect.get(value, key)];
    } catch {
      return [key, "[unreadable]"];
    }
  });
}
