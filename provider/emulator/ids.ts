/** Identifiers that are the same in every run, so that output and golden files of a scripted world can be compared. */

import { createHash } from "node:crypto";

/** Answers a version-4-shaped UUID that depends on nothing but the text. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
