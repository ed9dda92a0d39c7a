/**
 * Digests of secret inputs, which state stores instead of the secrets. A new secret shows as a
 * difference, and no secret can be recovered (decision 0013).
 */

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

/** A secret has no colon. An empty one, of an adopted object, only the service knows. */
function digestOf(value: unknown, sha256: (text: string) => string): unknown {
  return typeof value === "string" && !/^(?:sha256:[0-9a-f]{64})?$/.test(value) ? `sha256:${sha256(value)}` : value;
}
