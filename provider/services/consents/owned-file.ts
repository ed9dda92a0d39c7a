/**
 * Reads a file of uko's configuration folder, unless anyone but the caller or root owns it or a folder above, or can
 * write there. Another user who can write could replace what it says. Write permissions under a sticky bit, such as
 * those of /tmp, are accepted, and on Windows the file is read without a check.
 */

import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { readRegularFile, UnsafeFile } from "../../process/regular-file.ts";

const maxBytes = 1024 * 1024;

/** Throws UnsafeFile, or the system's error. */
export function readOwnedFile(path: string): Buffer {
  requireOwnedByUser(path);
  return readRegularFile(path, { maxBytes });
}

const writableByOthers = 0o022;
const sticky = 0o1000;

function requireOwnedByUser(path: string): void {
  // Windows reports neither owners nor permissions of this kind.
  if (process.platform === "win32") return;
  for (const each of new Set([...upFrom(realpathSync(path)), ...upFrom(dirname(path))])) {
    const { uid, mode } = statSync(each);
    if (uid !== 0 && uid !== process.geteuid?.()) throw new UnsafeFile(`Another user owns ${each}`);
    if ((mode & writableByOthers) !== 0 && (mode & sticky) === 0) {
      throw new UnsafeFile(`Other users can write ${each}. Take that away with: chmod go-w ${each}`);
    }
  }
}

function upFrom(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...upFrom(above)];
}
