/**
 * Derives the inputs of a program from an existing object, for an import, and for drift, a change outside the program.
 * An import leaves out a block with a secret, because the service never returns secrets. The file also replaces each
 * secret with a digest (a hash), from which the secret cannot be recovered. So a state never contains a secret
 * (decision 0016).
 */

import type * as z from "zod";
import { shapeOf } from "../resource/property.ts";

type Properties = Readonly<Record<string, unknown>>;

/** The part of a state that is inputs. */
export function inputsIn<Inputs extends object>(schema: z.ZodType<Inputs>, state: Inputs): Inputs {
  const names = Object.keys(shapeOf(schema)) as (keyof Inputs)[];
  return Object.fromEntries(
    names.flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])),
  ) as Inputs;
}

/**
 * The inputs after a refresh: the program's values, and the service's values where the two differ. Secrets stay as the
 * program has them.
 */
export function inputsAfterLook(
  before: Properties,
  state: Properties,
  changed: readonly string[],
  secrets: readonly string[],
): Properties {
  const drifted = changed.filter((name) => name in before);
  return Object.fromEntries(
    Object.entries(before).flatMap(([name, value]) => {
      if (!drifted.includes(name)) return [[name, value]];
      const found = mergedAt(name, value, state[name], secrets);
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

/**
 * The inputs of a program that declares everything that an import found. A block with a secret is left out, because the
 * service never returns secrets and the block is invalid without them. The object stays connected as it is.
 */
export function inputsOfImport(state: Properties, names: readonly string[], secrets: readonly string[]): Properties {
  const kept = names.filter(
    (name) =>
      state[name] !== undefined && state[name] !== "" && !secrets.includes(name) && !holdsSecrets(name, secrets),
  );
  return Object.fromEntries(kept.map((name) => [name, state[name]]));
}

function mergedAt(path: string, before: unknown, found: unknown, secrets: readonly string[]): unknown {
  if (secrets.includes(path)) return before;
  if (!holdsSecrets(path, secrets) || !isObject(before) || !isObject(found)) return found;
  return Object.fromEntries(
    Object.keys(before).map((name) => [name, mergedAt(`${path}.${name}`, before[name], found[name], secrets)]),
  );
}

function holdsSecrets(path: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => secret.startsWith(`${path}.`));
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Replaces each secret at one of `paths` (`aws.secretAccessKey`) with `sha256:` and 64 hex digits.
 * A digest stays unchanged, because engines pass inputs at one time and a state at another.
 */
export function digestSecrets<T>(inputs: T, paths: readonly string[], sha256: (text: string) => string): T {
  return paths.reduce<T>((all, path) => digestAt(all, path.split("."), sha256), inputs);
}

function digestAt<T>(value: T, [name, ...below]: readonly string[], sha256: (text: string) => string): T {
  if (name === undefined) return digestOf(value, sha256) as T;
  if (typeof value !== "object" || value === null || !(name in value)) return value;
  return { ...value, [name]: digestAt((value as Readonly<Record<string, unknown>>)[name], below, sha256) };
}

/**
 * The digest of a secret. A value that is a digest already stays, and a secret has no colon. An empty value stays, too:
 * it stands for the secret of an adopted object, which only the service knows.
 */
function digestOf(value: unknown, sha256: (text: string) => string): unknown {
  return typeof value === "string" && !/^(?:sha256:[0-9a-f]{64})?$/.test(value) ? `sha256:${sha256(value)}` : value;
}
