/**
 * The planned state of a preview. An engine holds the run to its plan, so every value that the run
 * may change is left unknown.
 */

/**
 * Placeholder for a value that is known only after the run. Doors translate it into their engine's
 * own marker. The symbol is the same in two copies of this file.
 */
export const knownLater: unique symbol = Symbol.for("pulumi-uko.known-later");

/**
 * Placeholder for an existing value that the program leaves unchanged but has to mention, such as a
 * secret that the engine ignores.
 */
export const asItIs: unique symbol = Symbol.for("pulumi-uko.as-it-is");

type Properties = Readonly<Record<string, unknown>>;

/**
 * The planned state after a creation: the program's values, without the values that only the
 * service knows.
 */
export function promiseOfCreation(
  inputs: Properties,
  stateNames: readonly string[],
  absent: readonly string[] = [],
): Properties {
  const open = stateNames.filter((name) => !absent.includes(name));
  return { ...Object.fromEntries(open.map((name) => [name, knownLater])), ...inputs };
}

/** The planned state after an update of these inputs. */
export function promiseOfUpdate(
  state: Properties,
  inputs: Properties,
  changed: readonly string[],
  moves: Readonly<Record<string, readonly string[] | undefined>>,
): Properties {
  const moved = changed.flatMap((name) => moves[name] ?? []);
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  return { ...state, ...given, ...Object.fromEntries(moved.map((name) => [name, knownLater])) };
}

/** Whether a value, or a part of it, is unknown. */
export function isOpen(value: unknown): boolean {
  return holds(value, [knownLater]);
}

type Sign = typeof knownLater | typeof asItIs;

/** Whether one of these markers replaces a value or a part of it. */
export function holds(value: unknown, signs: readonly Sign[]): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some((each) => holds(each, signs));
  return signs.some((sign) => sign === value);
}

/**
 * Replaces these markers with the existing value. A list that contains a marker is replaced as a
 * whole.
 */
export function withWhatIsThere(value: unknown, there: unknown, signs: readonly Sign[]): unknown {
  if (!holds(value, signs)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return there;
  const before = Object(there) as Properties;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withWhatIsThere(each, before[name], signs)]),
  );
}
