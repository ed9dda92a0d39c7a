/** What a run will come to, said before it: a promise is kept, so whatever the run may move is left open. */

/** Stands where a value is known only after the run; doors translate it into their engine's own sign. The same in two copies of this file. */
export const knownLater: unique symbol = Symbol.for("pulumi-uko.known-later");

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
  if (typeof value === "object" && value !== null) return Object.values(value).some(isOpen);
  return value === knownLater;
}
