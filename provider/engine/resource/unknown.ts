/**
 * Computes the planned state of a preview. Every value that the run may change is `UNKNOWN`, so a plan never shows a
 * value that then turns out wrong. Every value that the program leaves as it is is `UNCHANGED`.
 */

/**
 * Placeholder for a value that is known only after the run. Interfaces translate it into their engine's
 * own marker. The symbol is the same in two copies of this file.
 */
export const UNKNOWN: unique symbol = Symbol.for("pulumi-uko.known-later");

/** An existing value that the program has to mention, such as a secret that the engine ignores. */
export const UNCHANGED: unique symbol = Symbol.for("pulumi-uko.as-it-is");

type Properties = Readonly<Record<string, unknown>>;

/** The program's values, without the values that only the service knows. */
export function plannedCreate(
  inputs: Properties,
  stateNames: readonly string[],
  absent: readonly string[] = [],
): Properties {
  const open = stateNames.filter((name) => !absent.includes(name));
  return { ...Object.fromEntries(open.map((name) => [name, UNKNOWN])), ...inputs };
}

export function plannedUpdate(
  state: Properties,
  inputs: Properties,
  changed: readonly string[],
  changedBy: Readonly<Record<string, readonly string[]>>,
): Properties {
  const moved = Object.keys(changedBy).filter((output) => changedBy[output]?.some((name) => changed.includes(name)));
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  return { ...state, ...given, ...Object.fromEntries(moved.map((name) => [name, UNKNOWN])) };
}

/** Whether a value, or a part of it, is unknown. */
export function containsUnknown(value: unknown): boolean {
  return containsSign(value, [UNKNOWN]);
}

type Sign = typeof UNKNOWN | typeof UNCHANGED;

/** Whether one of these markers replaces a value or a part of it. */
export function containsSign(value: unknown, signs: readonly Sign[]): boolean {
  if (typeof value === "object" && value !== null)
    return Object.values(value).some((each) => containsSign(each, signs));
  return signs.some((sign) => sign === value);
}

/** Uses the existing value in place of a marker. A list with a marker is replaced as a whole. */
export function fillUnknowns(value: unknown, there: unknown, signs: readonly Sign[]): unknown {
  if (!containsSign(value, signs)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return there;
  const before = Object(there) as Properties;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, fillUnknowns(each, before[name], signs)]),
  );
}
