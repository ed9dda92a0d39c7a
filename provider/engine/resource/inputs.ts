/**
 * Derives the inputs of a program from an existing object, for an import and for drift. The file also replaces each
 * secret with a digest, so a state never contains a secret (decision 0016).
 */

import type * as z from "zod";
import type { SecretDigests } from "../ports/world.ts";
import { shapeOf } from "./property.ts";
import { UNKNOWN } from "./unknown.ts";

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
 * Replaces each secret at one of `paths` (`aws.secretAccessKey`) with its digest: the one in `before`, a state, if the
 * secret is the same, else a new one. A digest stays unchanged, because engines pass inputs at one time and a state at
 * another.
 */
export function digestSecrets<T>(inputs: T, paths: readonly string[], digests: SecretDigests, before?: unknown): T {
  return replaceAll(inputs, paths, before, (secret, known) =>
    digests.matches(secret, known) ? known : digests.create(secret),
  );
}

/** What a comparison has in place of the digest of a new secret. Only the change itself computes the digest. */
const newDigest = "scrypt:";

/**
 * The same for a comparison with `before`, a state or former inputs. Each new secret gets the same mark, which differs
 * from everything in `before`.
 */
export function compareSecrets<T>(
  inputs: T,
  paths: readonly string[],
  { matches }: Pick<SecretDigests, "matches">,
  before?: unknown,
): T {
  return replaceAll(inputs, paths, before, (secret, known) =>
    secret === known || matches(secret, known) ? known : newDigest,
  );
}

/** Makes the marks of new secrets unknown, as in the planned state of a preview. */
export function unknownIfNew<T>(values: T, paths: readonly string[]): T {
  return replaceAll(values, paths, {}, (value) => (value === newDigest ? UNKNOWN : value));
}

type Replace = (secret: string, before: unknown) => unknown;

function replaceAll<T>(inputs: T, paths: readonly string[], before: unknown, replace: Replace): T {
  return paths.reduce<T>((all, path) => replaceAt(all, path.split("."), before, replace), inputs);
}

function replaceAt<T>(value: T, [name, ...below]: readonly string[], before: unknown, replace: Replace): T {
  if (name === undefined) return (isSecret(value) ? replace(value, before) : value) as T;
  if (typeof value !== "object" || value === null || !(name in value)) return value;
  const own = (value as Properties)[name];
  return { ...value, [name]: replaceAt(own, below, Object(before)[name], replace) };
}

/**
 * Whether the value is a secret in clear text. A value that is a digest already is not, and a secret has no colon. An
 * empty value is not, either: it stands for the secret of an adopted object, which only the service knows.
 */
function isSecret(value: unknown): value is string {
  return typeof value === "string" && !/^(?:scrypt:[\w-]{22}:[\w-]{43})?$/.test(value);
}
