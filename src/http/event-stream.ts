import type { Log } from "../core/ports.ts";
import type { EventItem, EventListeners, EventReader } from "../core/services/event-reader.ts";

export interface EventStreamOptions {
  open(listeners: EventListeners): Promise<EventReader>;
  /** Milliseconds of silence after which a sign of life is sent. */
  heartbeat: number;
  /** Milliseconds that a client may take nothing of what was sent. */
  patience: number;
  /** Ends the stream. */
  stopping: AbortSignal;
  /** Hangs up on a client that has fallen behind. */
  hangUp(): void;
  /** Called once, when nothing more will be sent. */
  onClose(): void;
  log: Log;
}

/** Milliseconds after which a client that lost its connection comes back. */
const retry = 3_000;
/** Characters after which the client has to have taken what was sent before it gets more. */
const portion = 32 * 1024;

/**
 * What a reader of the feed is told, as server-sent events (html.spec.whatwg.org, 9.2, checked 2026-11-22), as fast as the
 * client takes them: what it has not taken yet stays in the feed.
 * @throws what `open` throws; `onClose` is called then too
 */
export async function createEventStream(options: EventStreamOptions): Promise<ReadableStream<Uint8Array>> {
  const { stopping } = options;
  let isClosed = false;
  let wake: (() => void) | undefined;
  let begun = false;
  /** Runs while a client has not taken what was sent last. */
  let stuck: NodeJS.Timeout | undefined;
  /** The last id that was sent. */
  let sent: string | undefined;

  function interrupt(): void {
    wake?.();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(stuck);
    stopping.removeEventListener("abort", interrupt);
    reader?.close();
    interrupt();
    options.onClose();
  }

  let reader: EventReader | undefined;
  try {
    reader = await options.open({ onNews: interrupt, onLost: options.hangUp });
  } catch (error) {
    close();
    throw error;
  }
  stopping.addEventListener("abort", interrupt);

  /** What there is to send at once. */
  function read(from: EventReader): string {
    let text = begun ? "" : `retry: ${retry}\n\n`;
    begun = true;
    while (text.length < portion) {
      const item = from.next();
      if (item === undefined) break;
      sent = item.id ?? sent;
      text += frame(item);
    }
    return text;
  }

  /** Resolves when there may be more, or after a time of silence, with whether it was that. */
  function silence(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(true), options.heartbeat);
      function done(isOver: boolean): void {
        clearTimeout(timer);
        wake = undefined;
        resolve(isOver);
      }
      wake = () => done(false);
    });
  }

  /** A comment, with how far the client has come where all that came was nothing to it. */
  function signOfLife(place: string | undefined): string {
    if (place === undefined || place === sent) return ":\n\n";
    sent = place;
    return `:\nid: ${place}\n\n`;
  }

  async function next(from: EventReader): Promise<string | undefined> {
    while (!isClosed && !stopping.aborted) {
      const text = read(from);
      if (text !== "") return text;
      if (await silence()) return signOfLife(from.place());
    }
    return undefined;
  }

  const bytes = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(stuck);
        try {
          const text = reader && (await next(reader));
          if (isClosed) return;
          if (text !== undefined) {
            stuck = setTimeout(options.hangUp, options.patience);
            return controller.enqueue(bytes.encode(text));
          }
          controller.close();
        } catch (error) {
          options.log.error({ error }, "Events could not be sent.");
          options.hangUp();
        }
        close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

function frame({ id, type, data }: EventItem): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`;
}
