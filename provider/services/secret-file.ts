/**
 * Reads a file that holds a credential or the passphrase of a signing key. On systems that report permissions, the file
 * is refused if its mode gives other users of this machine any access.
 */

import { closeSync, fstatSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UkoError } from "../errors.ts";
import { openRegularFile } from "../process/regular-file.ts";

const maxBytes = 65_536;
const readableByOthers = 0o077;

/** Returns the content without the white space around it. Throws as `readSecretText` does. */
export function readSecretFile(named: string, setting: string): string {
  return readSecretText(named, setting).trim();
}

/** Returns the content as it is. Throws UKO_SETTINGS_INVALID. */
export function readSecretText(named: string, setting: string): string {
  const path = resolve(named);
  let file: number;
  try {
    file = openRegularFile(path);
  } catch (error) {
    throw refused(setting, `could not be read: ${error instanceof Error ? error.message : String(error)}`, []);
  }
  try {
    const { mode, size } = fstatSync(file);
    if (size > maxBytes) throw refused(setting, "is larger than 64 KiB", []);
    // Windows reports no permissions of this kind.
    if (process.platform !== "win32" && (mode & readableByOthers) !== 0) {
      const permissions = (mode & 0o777).toString(8).padStart(3, "0");
      throw refused(setting, `can be accessed by other users (its mode is ${permissions})`, [
        "Next: take the access away from everyone but its owner with",
        `  chmod 600 ${/^[\w./-]+$/.test(path) ? path : setting.startsWith("UKO_") ? `"$${setting}"` : "FILE"}`,
      ]);
    }
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function refused(setting: string, what: string, next: readonly string[]): UkoError {
  return new UkoError("UKO_SETTINGS_INVALID", {
    summary: `The file in ${setting} ${what}`,
    detail: ["No credential was sent.", ...next].join("\n"),
  });
}
