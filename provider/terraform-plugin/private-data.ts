/**
 * What the host keeps for us beside a state. It tells apart what the host does not say: a plan without a state is a creation,
 * or one half of a replacement; a deletion is one that was planned as such, or the other half.
 */

/** What the plan that led here was for. */
export type Planned = "create" | "update" | "destroy";

const version = 1;

export function writePrivate(planned?: Planned): Uint8Array {
  return write({ planned });
}

/** Beside a plan that makes or changes something: `secrets` are the names of those that its configuration gives. */
export function writeGiven(planned: "create" | "update", secrets: readonly string[]): Uint8Array {
  return write({ planned, secrets });
}

/** Beside a state that came by a move, and says which object it is and nothing else of it. */
export function writeMoved(): Uint8Array {
  return write({ moved: true });
}

/** Undefined where there is none, or where it is not ours: then nothing is known. */
export function readPlanned(bytes: Uint8Array): Planned | undefined {
  const { planned } = read(bytes);
  return planned === "create" || planned === "update" || planned === "destroy" ? planned : undefined;
}

export function readMoved(bytes: Uint8Array): boolean {
  return read(bytes).moved === true;
}

/** The names that `writeGiven` wrote. */
export function readGiven(bytes: Uint8Array): readonly string[] {
  const { secrets } = read(bytes);
  return Array.isArray(secrets) ? secrets.filter((name) => typeof name === "string") : [];
}

interface Kept {
  readonly planned?: unknown;
  readonly moved?: unknown;
  readonly secrets?: unknown;
}

function write(kept: Kept): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...kept }));
}

function read(bytes: Uint8Array): Kept {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
