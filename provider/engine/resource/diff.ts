/**
 * Lists the differences between a program and a state, path by path, for a plan. The list contains no values, so no
 * secret can appear in the plan.
 */

import * as z from "zod";

/** `path` is a property in an engine's notation: `description`, `tags.team`, `aws.region`. */
export interface Difference {
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
  /** `goal`: an input names a goal that the output at `path` has not reached. */
  readonly of: "input" | "goal";
}

export interface Compared {
  /** Top-level inputs that the definition found to differ. */
  readonly changed: readonly string[];
  readonly state: Readonly<Record<string, unknown>>;
  /** With digests for secrets, as in state. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** Inputs with the output that shows how far their goal is reached. */
  readonly progress: Readonly<Record<string, string | undefined>>;
}

/** Returns the path of each changed property. The result contains no values. */
export function differencesIn({ changed, state, inputs, shape, progress }: Compared): readonly Difference[] {
  return changed.flatMap((name) => {
    const [before, wanted] = [state[name], inputs[name]];
    const goal = progress[name];
    if (goal !== undefined && JSON.stringify(before) === JSON.stringify(wanted)) {
      return [{ path: goal, kind: "update", of: "goal" } as const];
    }
    const inside = isObject(before) && isObject(wanted) ? inObject(name, before, wanted, isMap(shape[name])) : [];
    return inside.length > 0 ? inside : [differenceAt(name, before, wanted)];
  });
}

/**
 * The differences inside a map or a block. An absent entry of a map is deleted. An absent property of a block stays as
 * it is.
 */
function inObject(
  path: string,
  before: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  isWhole: boolean,
): readonly Difference[] {
  const names = isWhole ? new Set([...Object.keys(before), ...Object.keys(wanted)]) : new Set(Object.keys(wanted));
  return [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(wanted[name]))
    .map((name) => differenceAt(`${path}${asStep(name)}`, before[name], wanted[name]));
}

function differenceAt(path: string, before: unknown, wanted: unknown): Difference {
  const kind = before === undefined ? "add" : wanted === undefined ? "delete" : "update";
  return { path, kind, of: "input" };
}

/** The name as a part of a path: in brackets, as in Pulumi's and Terraform's paths, if it is not a plain identifier. */
function asStep(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMap(schema: z.ZodType | undefined): boolean {
  return schema instanceof z.ZodOptional ? isMap(schema.unwrap() as z.ZodType) : schema instanceof z.ZodRecord;
}
