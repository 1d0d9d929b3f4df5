import type { MessageFile } from "../core/domain/message.ts";
import { AppError } from "../core/errors.ts";
import { clip } from "./escape.ts";
import { failureOf } from "./failures.ts";
import { patiently, type Undelivered } from "./poster.ts";
import { createWebClient, type WebClientOptions } from "./web-client.ts";

/** Who sees a file: a person, in the direct messages with the bot; or everybody in a channel, or in a thread of it. */
export type Addressee = { user: string } | { channel: string; thread?: string | undefined };

export interface Uploads {
  /**
   * Hands the file over. Tries again for as long as a person would wait, but nothing that may have arrived; needs the
   * scopes files:write and im:write, and to be in the channel.
   */
  send(to: Addressee, file: MessageFile, signal: AbortSignal): Promise<{ sent: true } | Undelivered>;
}

/** Longer descriptions of pictures are refused with alt_txt_too_large. */
const longestAlt = 1_000;

/**
 * Uploads in the three steps that Slack wants (docs.slack.dev/messaging/working-with-files, checked 2026-11-22): an
 * address for the bytes, the bytes, and the message that shares them. Only the last one is seen by anybody.
 *
 * @param options `uploadTimeout` in milliseconds: for the bytes, which take longer than a call
 */
export function createUploads(options: WebClientOptions & { uploadTimeout: number }): Uploads {
  const client = createWebClient(options);

  async function upload({ name, mediaType, content, picture }: MessageFile): Promise<string> {
    // The copy is one over memory that fetch may take.
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
    // The SDK's types call it alt_text; Slack reads alt_txt.
    const alt = picture === undefined ? {} : { alt_txt: clip(picture.alt, longestAlt) };
    const { upload_url: url = "", file_id: id = "" } = await client.files.getUploadURLExternal({
      ...{ filename: name, length: bytes.length },
      ...alt,
    });
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": mediaType },
      body: bytes,
      redirect: "error",
      signal: AbortSignal.timeout(options.uploadTimeout),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw refusalOf(answer);
    return id;
  }

  async function open(to: Addressee): Promise<{ channel: string; thread?: string | undefined }> {
    if ("channel" in to) return to;
    const { channel } = await client.conversations.open({ users: to.user });
    return { channel: channel?.id ?? "" };
  }

  return {
    async send(to, file, signal) {
      const opened = await patiently(() => attempt(() => open(to)), { signal, repeatable: true });
      if (!opened.sent) return opened;
      const uploaded = await patiently(() => attempt(async () => ({ id: await upload(file) })), {
        signal,
        repeatable: true,
      });
      if (!uploaded.sent) return uploaded;
      const files: [{ id: string; title: string }] = [{ id: uploaded.id, title: file.name }];
      const shared = await patiently(
        () =>
          attempt(async () => {
            const { channel, thread } = opened;
            const place = thread === undefined ? {} : { thread_ts: thread };
            await client.files.completeUploadExternal({ files, channel_id: channel, ...place });
            return {};
          }),
        { signal, repeatable: false },
      );
      return shared.sent || shared.undone ? shared : { ...shared, error: perhapsArrived(shared.error) };
    },
  };
}

function perhapsArrived({ code, message, details }: AppError): AppError {
  return new AppError(code, `${message} It may have arrived all the same.`, details);
}

async function attempt<Result extends object>(
  call: () => Promise<Result>,
): Promise<({ sent: true } & Result) | Undelivered> {
  try {
    return { sent: true, ...(await call()) };
  } catch (error) {
    return { sent: false, ...(error instanceof AppError ? { error, undone: true } : failureOf(error)) };
  }
}

function refusalOf({ status, headers }: Response): AppError {
  const message = `Slack did not take the file (HTTP ${status}).`;
  if (status !== 429 && status < 500) return new AppError("delivery_refused", message);
  const wait = Number(headers.get("retry-after") ?? Number.NaN) * 1000;
  return new AppError("delivery_failed", message, { retryAfter: Number.isNaN(wait) ? undefined : wait });
}
