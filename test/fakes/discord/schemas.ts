import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(
  JSON.parse(readFileSync(new URL("../../fixtures/discord/openapi-excerpt.json", import.meta.url), "utf8")),
  "discord",
);

const bodies = {
  command: "ApplicationCommandUpdateRequest",
  reply: "CreateMessageInteractionCallbackRequest",
  update: "UpdateMessageInteractionCallbackRequest",
  completion: "ApplicationCommandAutocompleteCallbackRequest",
  message: "MessageCreateRequest",
  edit: "IncomingWebhookUpdateRequestPartial",
  followUp: "IncomingWebhookRequestPartial",
} as const;

export type BodyKind = keyof typeof bodies;

/** What Discord's published schema of such a body objects to, one line each. */
export function schemaProblems(kind: BodyKind, body: unknown): string[] {
  const validate = ajv.getSchema(`discord#/components/schemas/${bodies[kind]}`);
  if (validate === undefined) throw new Error(`No schema ${bodies[kind]}`);
  validate(body);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

interface Component {
  type: number;
  content?: string;
  custom_id?: string;
  components?: Component[];
}

/** All components of a message, the nested ones too. */
export function allComponents(components: readonly unknown[]): Component[] {
  return (components as Component[]).flatMap((each) => [each, ...allComponents(each.components ?? [])]);
}

/** All text of a Components V2 message. */
export function textOf(body: { components?: readonly unknown[] } | undefined): string {
  return allComponents(body?.components ?? [])
    .flatMap((each) => each.content ?? [])
    .join("\n");
}

/** Limits of Components V2 messages that the schemas do not hold. */
export function limitProblems(body: { flags?: number; content?: string; components?: unknown[] }): string[] {
  const all = allComponents(body.components ?? []);
  const ids = all.flatMap((each) => each.custom_id ?? []);
  const texts = all.flatMap((each) => each.content ?? []);
  return [
    all.length > 40 && `${all.length} components`,
    texts.join("").length > 4000 && `${texts.join("").length} characters of text`,
    texts.some((text) => text.trim() === "") && "an empty text",
    new Set(ids).size < ids.length && "a custom_id twice",
    body.content !== undefined && "content beside components",
    all.length > 0 && ((body.flags ?? 0) & (1 << 15)) === 0 && "components without the flag IS_COMPONENTS_V2",
  ].filter((problem) => problem !== false);
}
