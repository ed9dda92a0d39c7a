/**
 * Defines forms of names and IDs that several parts of the emulator share. They are the patterns that names in a
 * request must match, and IDs that do not change from run to run.
 */

import { createHash } from "node:crypto";
import * as z from "zod";

/** A UUID in the form of version 4 that depends only on the text. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  // A template of nine parts would be kept as a tree of ten texts for each ID.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-a$4-$5");
}

export const text = (min: number, max: number, pattern: RegExp) => z.string().min(min).max(max).regex(pattern);

/** The vault of a created object, by its ID, which is a UUID of 36 characters (uko-v4.md 2, 2.5). */
export const vaultSchema = z.strictObject({ id: text(36, 36, /^[-0-9a-z]+$/) });
export const templateName = text(1, 30, /^[A-Za-z][A-Za-z0-9-]*$/);
/** A group of keystores, which templates name (uko-v4.md 3.6). */
export const groupName = text(1, 200, /^[A-Za-z0-9][A-Za-z0-9-_ ]+$/);
