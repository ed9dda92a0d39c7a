/**
 * Previews an adoption before the apply: which properties of the existing object the run writes, and which it keeps,
 * or why the program cannot adopt it. Otherwise the apply would stop in the middle. Other files report what is wrong
 * with a new object, such as a taken name: container.ts and managed-key/preview.ts.
 */

import type { CreationPreview } from "../engine/resource/definition.ts";
import { isTransientReadError } from "../engine/text/resource-messages.ts";
import { isUkoError } from "../errors.ts";

export const nothingFound: CreationPreview = { failures: [], warnings: [] };

/** An object that a creation adopts, and its properties as far as the program may set them. */
export interface Adoption {
  /** `key "payroll" (9b2d…)`. */
  readonly what: string;
  /** The state that the adoption begins with. */
  readonly state: object;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs that differ from the existing object. */
  readonly changed: readonly string[];
  /** The properties that the service stores. */
  readonly names: readonly string[];
}

/**
 * Previews an adoption. `find` reads the object, and throws if it cannot be adopted. The message contains only names of
 * properties, because a value may come from a sensitive variable.
 */
export async function previewAdoption(
  adoptBy: string,
  property: (path: string) => string,
  find: () => Promise<Adoption>,
): Promise<CreationPreview> {
  try {
    const { what, state, inputs, changed, names } = await find();
    const present = new Map<string, unknown>(Object.entries(state));
    const written = names.filter((name) => changed.includes(name));
    const kept = names.filter((name) => inputs[name] === undefined && isSet(present.get(name)));
    const listed = (all: readonly string[]) => all.map(property).join(", ");
    const lines = [
      `This run adopts the existing ${what} and creates none`,
      written.length === 0
        ? "  It changes none of its properties."
        : `  It writes the values that are declared: ${listed(written)}.`,
      ...(kept.length === 0 ? [] : [`  It keeps what is not declared: ${listed(kept)}.`]),
    ];
    return { failures: [], warnings: [lines.join("\n")] };
  } catch (error) {
    const isFault = isTransientReadError(error) || !isUkoError(error);
    if (isFault || error.code === "UKO_CANCELED") throw error;
    const remedy = error.detail.replace(/\.$/, "");
    const failure = { property: adoptBy, reason: error.summary, ...(remedy !== "" && { remedy }) };
    return { failures: [failure], warnings: [] };
  }
}

function isSet(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== "";
}
