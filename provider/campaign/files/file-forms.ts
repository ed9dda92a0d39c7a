/**
 * Defines what all files of a campaign folder share: the folder as an interface, the forms of IDs and dates, and the
 * largest sizes that uko reads. It reads the lines of a JSONL file, and makes the errors for a file that is invalid or
 * has another version.
 */

import * as z from "zod";
import { toFailures } from "../../engine/resource/input-validation.ts";
import { plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { parseJson } from "../../text/json.ts";

export interface CampaignFolder {
  /** The folder as the caller named it, for messages. */
  readonly path: string;
  /** Undefined if the file does not exist. Throws UKO_INPUT_INVALID for a file that cannot be read. */
  read(name: string, maxBytes: number): Promise<string | undefined>;
  /** The parts of a text that may be too large to keep in memory. There is no part if the file does not exist. */
  parts(name: string, maxBytes: number): Iterable<string>;
  /** Replaces the file as a whole. */
  write(name: string, text: string): Promise<void>;
  /** Throws UKO_INPUT_INVALID if the file exists. */
  create(name: string, text: string): Promise<void>;
  append(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  makeFolder(name: string): Promise<void>;
  /** The path of a file in the folder, for a port that writes the file itself. */
  pathOf(name: string): string;
  /** The names of the files in a folder inside it, sorted; empty if it does not exist. */
  list(name: string): Promise<readonly string[]>;
}

export const mebibyte = 1_048_576;
/** Enough for 100,000 keys. */
export const maxManifestBytes = 256 * mebibyte;
export const maxEvidenceBytes = 64 * mebibyte;

const uuidText = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
export const uuid = z.string().regex(new RegExp(`^${uuidText}$`), "use a UUID in lower case");

export const sha256Form = z.string().regex(/^[0-9a-f]{64}$/);

export const isoDay = z.iso.date("must be a day such as 2027-03-20");

/** A day, such as 2027-03-20, as the millisecond at which it begins in UTC. */
export const isoDate = isoDay.transform((text) => Date.parse(`${text}T00:00:00Z`));

const maxShownIssues = 20;

/** One line for each mistake, with its place, in words of uko instead of the library. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], place = ""): readonly string[] {
  const faults = issues.flatMap(toFailures).map(({ property, reason }) => {
    const where = property.replaceAll(/(?:^|\.)(\d+)(?=\.|$)/g, "[$1]");
    return plain(`${place}${where === "" ? "" : `${where}: `}${reason}`, 300);
  });
  const rest = faults.length - maxShownIssues;
  return rest > 0 ? [...faults.slice(0, maxShownIssues), `and ${rest} more`] : faults;
}

/** Refuses a file of another version before its content is judged by this release's form. */
export function requireFormat(value: unknown, format: string, file: string): void {
  const found = typeof value === "object" && value !== null ? (value as { format?: unknown }).format : undefined;
  if (found === format) return;
  const family = format.replace(/[0-9]+$/, "");
  const isOtherVersion = typeof found === "string" && found.startsWith(family);
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: isOtherVersion
      ? `${file} has the format ${plain(found, 40)}, and this release of uko reads ${format}`
      : `${file} does not begin with the format ${format}`,
    detail: isOtherVersion
      ? "Another release of uko wrote the file. Nothing was changed. Next: run that release, or update uko with npm install -g pulumi-uko"
      : `Nothing was changed. Next: set "format: ${format}", or start a new folder with uko campaign plan`,
  });
}

/** The lines of a text that comes in parts. Only the new part is searched, so that a line of megabytes takes no minutes. */
export function* linesOf(parts: Iterable<string>): Generator<string> {
  let rest = "";
  for (const part of parts) {
    const [first = "", ...more] = part.split("\n");
    rest += first;
    const last = more.pop();
    if (last === undefined) continue;
    yield rest;
    yield* more;
    rest = last;
  }
  yield rest;
}

/** The lines of a JSONL file with their numbers. Throws UKO_INPUT_INVALID for a line that is not JSON. */
export function* jsonLinesIn(text: string, file: string): Generator<{ readonly at: number; readonly value: unknown }> {
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const value = parseJson(line);
    if (value !== undefined) yield { at: index + 1, value };
    else
      throw new UkoError("UKO_INPUT_INVALID", {
        summary: `${file}, line ${index + 1} is not JSON`,
        detail: "The file is incomplete or was edited. Nothing was changed. Next: restore it with git checkout",
      });
  }
}
