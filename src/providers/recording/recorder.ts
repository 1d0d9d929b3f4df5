import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import type { Dispatcher } from "undici";
import type { Instant } from "../../core/domain/quota.ts";
import type { Provider, ProviderReading } from "../../core/provider.ts";

/** An exchange as it went over the wire, with everything secret in it. */
export interface RawExchange {
  method: string;
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
}

/** One read of an account, with everything secret in it. */
export interface RawRead {
  now: Instant;
  settings: Readonly<Record<string, unknown>>;
  exchanges: readonly RawExchange[];
  /** What the provider made of it. */
  outcome: { reading: ProviderReading } | { error: unknown };
}

export interface Recorder {
  /** The given connections, listened to. */
  dispatcher: Dispatcher;
  /** The same provider, with its reads noted. */
  watch(provider: Provider): Provider;
  /** The last read that ended; without the renewal of a sign-in that came before it. */
  read(): RawRead | undefined;
}

/** Listens to one account being read. */
export function createRecorder(connections: Dispatcher): Recorder {
  let exchanges: (RawExchange | undefined)[] = [];
  let last: RawRead | undefined;

  const listen: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (request, handler) => {
    // Kept in the order of the requests, whichever answer comes first.
    const kept = exchanges;
    const index = kept.push(undefined) - 1;
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: Record<string, string> = {};
    return dispatch(request, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onResponseStart(controller, code, received, text) {
        status = code;
        headers = joined(received);
        handler.onResponseStart?.(controller, code, received, text);
      },
      onResponseData(controller, chunk) {
        chunks.push(chunk);
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd(controller, trailers) {
        const body = decoded(Buffer.concat(chunks), headers["content-encoding"]);
        kept[index] = { method: request.method, status, headers, body };
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    });
  };

  return {
    dispatcher: connections.compose(listen),
    watch: (provider) => ({
      ...provider,
      async read(io) {
        exchanges = [];
        const own = exchanges;
        const note = (outcome: RawRead["outcome"]) => {
          const settings = io.settings as Record<string, unknown>;
          // What never came to its end cannot be played again.
          const complete = own.filter((exchange) => exchange !== undefined);
          last = { now: io.now, settings, exchanges: complete, outcome };
        };
        try {
          const reading = await provider.read(io);
          note({ reading });
          return reading;
        } catch (error) {
          note({ error });
          throw error;
        }
      },
    }),
    read: () => last,
  };
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
  );
  return Object.fromEntries(entries);
}

const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function decoded(bytes: Buffer, encoding: string | undefined): string {
  const decode = decoders[encoding?.toLowerCase() ?? ""];
  try {
    return new TextDecoder().decode(decode === undefined ? bytes : decode(bytes));
  } catch {
    return "";
  }
}
