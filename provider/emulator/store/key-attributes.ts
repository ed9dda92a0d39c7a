/**
 * Lists five attributes of a managed key, one row for each (uko-v4.md 2.5, 3.1). From a row follow the accepted member
 * of a request, the right that it needs, and the member of a response.
 */

import * as z from "zod";
import { text } from "./forms.ts";
import type { Switches } from "./switches.ts";

interface Attribute {
  /** The name in the model. */
  readonly field: string;
  readonly schema: z.ZodType;
  /** The calls that set the attribute: K2 creates a key, K4 changes it. */
  readonly calls: readonly ("createManagedKey" | "updateManagedKey")[];
  /** The value before the first write. */
  readonly initial: unknown;
  /** The right that a caller needs in addition to `managed-keys.write`. */
  readonly right?: string;
  /** The part of a written value that the service keeps; all of it if absent. */
  kept?(written: unknown, before: unknown, switches: Switches): unknown;
}

/** A date for planning; the service does nothing on this date. */
const planned = {
  schema: z.iso.date(),
  calls: ["updateManagedKey"],
  initial: undefined,
  right: "managed-keys.write-dates",
} as const;
const tag = z.strictObject({ name: text(1, 254, /^[A-Za-z0-9 -_]+$/), value: text(0, 8192, /^(\w|\s)*$/) });
/** A value for a free tag of a naming scheme (3.11). */
const labelTag = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9]{1,20}$/),
  value: z.string().regex(/^[A-Za-z0-9 ]{2,255}$/),
});

const attributes = {
  description: {
    field: "description",
    schema: z.string().max(200),
    calls: ["createManagedKey", "updateManagedKey"],
    initial: "",
    kept: (written, _before, { description }) =>
      description === "collapsed" ? String(written).replace(/\s+/g, " ").trim() : written,
  },
  // The list is replaced as a whole (U9).
  tags: {
    field: "tags",
    schema: z.array(tag).max(128),
    calls: ["createManagedKey", "updateManagedKey"],
    initial: [],
    right: "managed-keys.write-tags",
    kept: (written, before, { tags }) => (tags === "dropped" ? before : written),
  },
  label_tags: { field: "labelTags", schema: z.array(labelTag).max(128), calls: ["createManagedKey"], initial: [] },
  activation_date: { field: "activationDate", ...planned },
  expiration_date: { field: "expirationDate", ...planned },
} as const satisfies Record<string, Attribute>;

type Rows = typeof attributes;

export type KeyAttributes = {
  -readonly [Name in keyof Rows as Rows[Name]["field"]]:
    | z.output<Rows[Name]["schema"]>
    | Extract<Rows[Name]["initial"], undefined>;
};

const rows: readonly (readonly [wireName: string, row: Attribute])[] = Object.entries(attributes);

export function initialAttributes(): KeyAttributes {
  return Object.fromEntries(rows.map(([, { field, initial }]) => [field, initial])) as KeyAttributes;
}

/** The form of the attributes in a request. */
export function attributeForm(call: "createManagedKey" | "updateManagedKey"): Readonly<Record<string, z.ZodType>> {
  const known = rows.filter(([, { calls }]) => calls.includes(call));
  return Object.fromEntries(known.map(([name, { schema }]) => [name, schema.optional()]));
}

type Written = Readonly<Record<string, unknown>>;

export function rightsToWrite(written: Written): readonly string[] {
  return rows.flatMap(([name, { right }]) => (right === undefined || written[name] === undefined ? [] : [right]));
}

export function changedAttributes(written: Written, before: KeyAttributes, switches: Switches): Partial<KeyAttributes> {
  const former: Readonly<Record<string, unknown>> = before;
  const changes = rows.flatMap(([name, { field, kept }]) => {
    const value = written[name];
    if (value === undefined) return [];
    return [[field, kept === undefined ? value : kept(value, former[field], switches)] as const];
  });
  return Object.fromEntries(changes);
}

export function viewAttributes(key: KeyAttributes): Record<string, unknown> {
  const values: Readonly<Record<string, unknown>> = key;
  const view: Record<string, unknown> = {};
  for (const [name, { field, initial }] of rows) view[name] = values[field] ?? initial;
  return view;
}
