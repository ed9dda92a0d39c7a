/**
 * Writes the recording of a deletion and the private file next to it, which remembers the placeholders, both for their
 * owner alone. The private file is written first: if a crash comes in between, it knows placeholders that nothing uses,
 * and no placeholder ever stands for two values.
 */

import { open, rename, rm } from "node:fs/promises";
import { type FileChoices, isLink, readRegularFile, UnsafeFile } from "../process/regular-file.ts";
import { appendNext, jsonLine, requireAppendable } from "./durable-append.ts";
import { withFileLock } from "./file-lock.ts";

/** The texts of the two files. */
export interface RecordingTexts {
  readonly text: string;
  readonly keptText: string;
}

export interface RecordingFile {
  readonly path: string;
  readonly privatePath: string;
  /** Reads both files, and changes nothing. Throws UnsafeFile, or the system's error. */
  read(): RecordingTexts;
  /** Opens the recording to append, after its caller has judged what it has. Rejects as `read` throws. */
  open(): Promise<void>;
  /** Adds what `make` returns for the present texts. Rejects as `read` throws, and with what `make` throws. */
  append<Made extends { readonly lines: readonly object[]; readonly keptText: string }>(
    make: (texts: RecordingTexts) => Made,
  ): Promise<Made>;
}

const maxBytes = 64 * 1024 * 1024;

/** `newName` makes a name that nobody can guess, for the file that replaces the private one. */
export function createRecordingFile(path: string, newName: () => string): RecordingFile {
  const privatePath = `${path}.private`;
  const lockPath = `${path}.lock`;
  const read = (): RecordingTexts => ({
    text: textOf(path),
    keptText: textOf(privatePath, { isForeignRefused: true }),
  });
  return {
    path,
    privatePath,
    read,
    // A lock that cannot be taken is reported before the run sends anything.
    open: () => withFileLock(lockPath, () => requireAppendable(path)),
    append: (make) =>
      withFileLock(lockPath, async () => {
        const texts = read();
        const made = make(texts);
        await replace(privatePath, made.keptText, `${privatePath}.${newName()}`);
        await appendNext(path, async (_file, size) => {
          if (size !== Buffer.byteLength(texts.text)) throw new UnsafeFile("Another program wrote to it meanwhile");
          const isTorn = texts.text !== "" && !texts.text.endsWith("\n");
          return `${isTorn ? "\n" : ""}${made.lines.map((line) => `${jsonLine(line)}\n`).join("")}`;
        });
        return made;
      }),
  };
}

/** The text of a file; empty if it does not exist. */
function textOf(path: string, choices: FileChoices = {}): string {
  try {
    return readRegularFile(path, { maxBytes, isLinkRefused: true, ...choices }).toString("utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return "";
    throw error;
  }
}

/** Replaces the private file at once, so that a crash leaves the old one or the new one. */
async function replace(path: string, text: string, fresh: string): Promise<void> {
  const file = await open(fresh, "wx", 0o600);
  try {
    await file
      .writeFile(text)
      .then(() => file.sync())
      .finally(() => file.close());
    if (isLink(path)) throw new UnsafeFile(`${path} is a symbolic link, and uko does not follow one here`);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
