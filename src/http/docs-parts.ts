import type { OpenapiMethod, OpenapiOperation, OpenapiParameter } from "./openapi.ts";

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A text, or a value as JSON, as it is. */
export function codeOf(content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
  return `<pre><code>${escaped(text)}</code></pre>`;
}

/** A line for the shell that calls the route, filled with its examples. */
export function curlOf(path: string, method: OpenapiMethod, operation: OpenapiOperation): string {
  const { parameters, requestBody, security } = operation;
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(exampleOf(parameters, name)));
  const query = parameters
    .filter((one) => one.in === "query" && (one.required || one.example !== undefined))
    .map(({ name }) => `${name}=${encodeURIComponent(exampleOf(parameters, name))}`);
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const words = [
    "curl -sS",
    ...(method === "get" || requestBody ? [] : [`-X ${method.toUpperCase()}`]),
    ...(security.length === 0 ? [] : ['-H "Authorization: Bearer $QUOTABOT_KEY"']),
    ...(type === undefined ? [] : [`-H "Content-Type: ${type}"`]),
    `"$QUOTABOT_URL${filled}${query.length === 0 ? "" : `?${query.join("&")}`}"`,
    ...(media?.example === undefined ? [] : [`-d '${quoted(media.example)}'`]),
  ];
  return words.join(" \\\n  ");
}

function exampleOf(parameters: readonly OpenapiParameter[], name: string): string {
  const found = parameters.find((one) => one.name === name);
  return String([found?.example].flat()[0] ?? name.toUpperCase());
}

function quoted(example: unknown): string {
  const text = typeof example === "string" ? example : JSON.stringify(example);
  return text.replaceAll("'", "'\\''");
}
