/** The consent records that keys carry, read without the product. */

import { recordId } from "../../../support/oracle.ts";
import type { KeyInWorld } from "./emulator.ts";

export interface CarriedRecord {
  /** The field that carries the record, for a PATCH. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly id: string;
}

/** Throws where a key carries none. */
export function recordOn({ id, label, tags, description }: KeyInWorld): CarriedRecord {
  const value = tags.find(({ name }) => name === "uko_deletion")?.value;
  if (value !== undefined) return { fields: { tags }, text: value, id: recordId(id, value) };
  const text = /\[uko1[bd][dx].*\]$/.exec(description)?.[0];
  if (text === undefined) throw new Error(`Key "${label}" carries no record.`);
  return { fields: { description }, text, id: recordId(id, text) };
}
