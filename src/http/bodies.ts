import { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import pLimit from "p-limit";
import { AppError } from "../core/errors.ts";
import { failure } from "./answers.ts";
import type { BodyRoute, HttpContext, Route } from "./route.ts";

export interface BodyOptions {
  /** Bytes that the body may have, as it is sent and unpacked. */
  limit: number;
  /** Media types that are taken, "" for none told; without a list the type does not matter. */
  types?: readonly string[] | undefined;
}

const mebibyte = 1024 * 1024;

/**
 * Reads the body of a request for its route, as it is or packed by gzip. Answers 415 for another type or packing, 413 for
 * a body that is too large, before it costs more than its limit, and 400 for one that is cut off. Of bodies over 1 MiB
 * only two are unpacked and worked on at a time.
 */
export function createBodies() {
  const heavy = pLimit(2);

  return ({ limit, types }: BodyOptions) =>
    (route: BodyRoute): Route =>
    async (context, caller) => {
      const type = mediaType(context.req.header("content-type"));
      if (types !== undefined && !types.includes(type)) return wrongType(type, types);
      const packing = context.req.header("content-encoding")?.trim().toLowerCase() ?? "";
      const unpack = packings.get(packing);
      if (unpack === undefined) return wrongPacking(packing);
      if (Number(context.req.header("content-length")) > limit) return tooLarge(limit);
      const sent = await read(streamOf(context), limit);
      if (sent === "too large") return tooLarge(limit);
      if (sent === "cut off") return invalid("The body ended before it was whole.");

      const answer = async (most: number): Promise<Response | "too large"> => {
        const body = await unpack(sent, most);
        if (body === "damaged") return invalid("The body is not gzip, or is cut off.");
        return body === "too large" ? body : await route(context, body, caller);
      };
      const light = await answer(Math.min(limit, mebibyte));
      if (light !== "too large") return light;
      const answered = await heavy(answer, limit);
      return answered === "too large" ? tooLarge(limit) : answered;
    };
}

/** @throws request_invalid when the bytes are not UTF-8 */
export function textOf(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new AppError("request_invalid", "The body is not UTF-8 text.");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** "application/json" of "Application/JSON; charset=utf-8". */
export function mediaType(header: string | undefined): string {
  return (header?.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function streamOf({ env, req }: HttpContext): Readable {
  return env?.incoming ?? Readable.from(req.raw.body ?? []);
}

/** The rest of a body that is too large is left to whoever owns the stream. */
function read(stream: Readable, limit: number): Promise<Uint8Array | "too large" | "cut off"> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    function take(chunk: Uint8Array): void {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      stream.off("data", take);
      resolve("too large");
    }
    stream.on("data", take);
    stream.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    stream.on("error", () => resolve("cut off"));
    stream.on("close", () => resolve("cut off"));
  });
}

type Unpacked = Uint8Array | "too large" | "damaged";

const asItIs = async (bytes: Uint8Array, limit: number): Promise<Unpacked> =>
  bytes.length > limit ? "too large" : bytes;

const gunzipAsync = promisify(gunzip);

/** Stops unpacking as soon as there is more than the limit. */
async function unzip(bytes: Uint8Array, limit: number): Promise<Unpacked> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: limit, chunkSize: 64 * 1024 });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too large" : "damaged";
  }
}

const packings = new Map([
  ["", asItIs],
  ["identity", asItIs],
  ["gzip", unzip],
  ["x-gzip", unzip],
]);

function wrongType(type: string, types: readonly string[]): Response {
  const taken = types.filter((one) => one !== "").join(", ");
  const message = `A body of the type "${type}" is not taken here; one of these is: ${taken}.`;
  return failure(415, { code: "unsupported_media_type", message });
}

function wrongPacking(packing: string): Response {
  const message = `A body packed as "${packing}" is not taken; gzip is, and one that is not packed.`;
  return failure(415, { code: "unsupported_media_type", message }, { "accept-encoding": "gzip, identity" });
}

function tooLarge(limit: number): Response {
  const message = `The body is larger than ${limit / mebibyte} MiB.`;
  // The rest of the body may stay unread, so the connection cannot serve another request.
  return failure(413, { code: "body_too_large", message }, { connection: "close" });
}

function invalid(message: string): Response {
  return failure(400, { code: "request_invalid", message });
}
