/** What a run will come to, said before it: a promise is kept, so whatever the run may move is left open. */

/** Stands where a value is known only after the run; doors translate it into their engine's own sign. The same in two copies of this file. */
export const knownLater: unique symbol = Symbol.for("pulumi-uko.known-later");

/** Stands where a program says nothing of a value that is there, and has to say something: a secret that the engine is told to ignore. */
export const asItIs: unique symbol = Symbol.for("pulumi-uko.as-it-is");

type Properties = Readonly<Record<string, unknown>>;

/** The state after a creation: what the program says, and nothing of what only the service knows. */
export function promiseOfCreation(
  inputs: Properties,
  stateNames: readonly string[],
  absent: readonly string[] = [],
): Properties {
  const open = stateNames.filter((name) => !absent.includes(name));
  return { ...Object.fromEntries(open.map((name) => [name, knownLater])), ...inputs };
}

/** The state after an update of these inputs. */
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

/** Whether a value, or a part of it, is known only later. */
export function isOpen(value: unknown): boolean {
  return holds(value, [knownLater]);
}

type Sign = typeof knownLater | typeof asItIs;

/** Whether one of these signs stands in place of a value, or of a part of it. */
export function holds(value: unknown, signs: readonly Sign[]): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some((each) => holds(each, signs));
  return signs.some((sign) => sign === value);
}

/** Puts what is there where one of these signs stands; a list that holds one is as it is there altogether. */
export function withWhatIsThere(value: unknown, there: unknown, signs: readonly Sign[]): unknown {
  if (!holds(value, signs)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return there;
  const before = Object(there) as Properties;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withWhatIsThere(each, before[name], signs)]),
  );
}
