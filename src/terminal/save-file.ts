import { writeFile } from "node:fs/promises";
import { parse, resolve } from "node:path";

const mostTries = 1_000;

/**
 * Writes a file into the folder for this user alone, under its name or, where that is taken, with the next free number
 * behind it; tells the path. Nothing is ever overwritten. Throws what the file system does.
 */
export async function saveFile(
  folder: string,
  { name, content }: { name: string; content: string | Uint8Array },
): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let number = 1; ; number += 1) {
    const path = resolve(folder, number === 1 ? `${stem}${ext}` : `${stem}-${number}${ext}`);
    try {
      await writeFile(path, content, { flag: "wx", mode: 0o600 });
      return path;
    } catch (error) {
      const taken = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!taken || number >= mostTries) throw error;
    }
  }
}
