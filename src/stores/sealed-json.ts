import { createHash } from "node:crypto";

/** What a text turned out to be: sealed data, damaged, or the work of a program that knows a later version. */
export type Unsealed = { data: unknown } | { damage: string } | { newer: number };

/** JSON with its version and a checksum, so that a flipped bit is found even where the JSON stays valid. */
export function seal(version: number, data: unknown): string {
  const body = JSON.stringify(data);
  return `{"version":${version},"sha256":"${sha256(body)}","data":${body}}`;
}

/** Opens what `seal` closed. A later version is told before anything else, because its shape may be any. */
export function unseal(version: number, text: string): Unsealed {
  if (text === "") return { damage: "it is empty" };
  const sealed = parseObject(text);
  if (sealed === undefined) return { damage: "it is cut off or not JSON" };
  if (Number.isInteger(sealed.version) && Number(sealed.version) > version) {
    return { newer: Number(sealed.version) };
  }
  if (sealed.version !== version) return { damage: "it has no version that is known" };
  const body = JSON.stringify(sealed.data) ?? "";
  return sealed.sha256 === sha256(body) ? { data: sealed.data } : { damage: "its checksum is wrong" };
}

function parseObject(text: string): Partial<Record<"version" | "sha256" | "data", unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
