/** Folders that commands write to: made where they are missing, and what is said where one cannot be written to. */

import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { UkoError } from "../errors.ts";

/** Makes a folder and those above it. Node's own `recursive` never ends where a folder is there and takes no other, as in /proc. */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) await makeFolder(above);
  await mkdir(folder).catch(async (error: unknown) => {
    // Somebody else may have made it meanwhile.
    if (!(await isFolder(folder))) throw error;
  });
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** What the system said of it, and then what the reader can do. */
export function unwritable(summary: string, error: unknown, ...next: readonly string[]): UkoError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UkoError("UKO_INPUT_INVALID", { summary, detail: [reason, ...next].join("\n"), cause: error });
}
