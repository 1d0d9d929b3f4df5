import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";

/** The state of a sign-in that the bot owns. */
const keptSchema = z.object({
  /** Hash of the configured refresh token that this one descends from: another in the configuration wins. */
  descendsFrom: z.string(),
  refreshToken: z.string(),
  accessToken: z.string().optional(),
  expiresAt: z.number().optional(),
});
export type Kept = z.output<typeof keptSchema>;

/**
 * What was kept for an account; undefined when that is nothing, or damaged.
 * @throws store_unavailable when the file may not be read.
 */
export async function load(folder: string, account: string): Promise<Kept | undefined> {
  const path = join(folder, `${account}.json`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new AppError(
      "store_unavailable",
      `The sign-in kept in ${path} cannot be read. Let the bot's user read it.`,
    );
  }
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch {
    // Damaged: the configured refresh token is all there is.
    return undefined;
  }
}

/**
 * Keeps it in `<folder>/<account>.json`, for the bot's user alone. A crash leaves the old file or the new one.
 * @throws store_unavailable
 */
export async function save(folder: string, account: string, kept: Kept): Promise<void> {
  const path = join(folder, `${account}.json`);
  const temporary = `${path}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const file = await open(temporary, "w", 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(JSON.stringify(kept));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch {
    throw new AppError(
      "store_unavailable",
      `The renewed sign-in cannot be written to ${path}, and would be lost at a restart. Let the bot's user write there.`,
    );
  }
}
