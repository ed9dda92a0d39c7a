/**
 * The properties of the resource that does nothing: as many as a managed key has, and values for
 * those that every managed key has. An engine pays for each property.
 */

import { readFileSync } from "node:fs";

const schema = JSON.parse(readFileSync(new URL("../../sdk/schema.json", import.meta.url), "utf8")) as {
  readonly resources: Readonly<Record<string, { readonly properties: object; readonly required: readonly string[] }>>;
};
const { properties = {}, required = [] } = schema.resources["uko:index:ManagedKey"] ?? {};

/** All but `label`, which the program sets. */
export const nullNames: readonly string[] = Array.from(
  { length: Object.keys(properties).length - 1 },
  (_, at) => `property_${at + 1}`,
);
/** As long as the values of a managed key on average. */
const value = "a value of 24 characters";
export const nullValues: Readonly<Record<string, string>> = Object.fromEntries(
  nullNames.slice(0, required.length - 1).map((name) => [name, value]),
);
/** With this in the environment, the resource refuses its deletion, as a key does that waits. */
export const refusal = { BENCH_REFUSES: "1" };
