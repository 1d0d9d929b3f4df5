import {
  type APIFileComponent,
  type APIMediaGalleryComponent,
  ComponentType,
  type RawFile,
} from "discord.js";
import type { MessageFile } from "../core/domain/message.ts";
import { clip } from "./markdown.ts";

/** Longer descriptions of pictures are refused (checked 2026-11-22). */
const longestAlt = 1_024;

/** What shows the file below a message: a picture is seen, with its description for whoever does not see it. */
export function fileComponent({ name, picture }: MessageFile): APIFileComponent | APIMediaGalleryComponent {
  const url = `attachment://${name}`;
  if (picture === undefined) return { type: ComponentType.File, file: { url } };
  const item = { media: { url }, description: clip(picture.alt, longestAlt) };
  return { type: ComponentType.MediaGallery, items: [item] };
}

/** What a request brings along for a file: a part of its body, and the bytes. Nothing without a file. */
export function attaching(file: MessageFile | undefined): { body: object; request: { files?: RawFile[] } } {
  if (file === undefined) return { body: {}, request: {} };
  const { name, mediaType, content, picture } = file;
  const data = typeof content === "string" ? content : Buffer.from(content);
  const description = picture && { description: clip(picture.alt, longestAlt) };
  return {
    body: { attachments: [{ id: "0", filename: name, ...description }] },
    request: { files: [{ name, data, contentType: mediaType }] },
  };
}
