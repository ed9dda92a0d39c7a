/**
 * What the host keeps for us beside a state. It tells apart what the host does not say: a plan without a state is a creation,
 * or one half of a replacement; a deletion is one that was planned as such, or the other half.
 */

/** What the plan that led here was for. */
export type Planned = "create" | "update" | "destroy";

const version = 1;

export function writePrivate(planned?: Planned): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...(planned !== undefined && { planned }) }));
}

/** Beside a state that came by a move, and says which object it is and nothing else of it. */
export function writeMoved(): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, moved: true }));
}

/** Undefined where there is none, or where it is not ours: then nothing is known. */
export function readPlanned(bytes: Uint8Array): Planned | undefined {
  const { planned } = read(bytes);
  return planned === "create" || planned === "update" || planned === "destroy" ? planned : undefined;
}

export function readMoved(bytes: Uint8Array): boolean {
  return read(bytes).moved === true;
}

function read(bytes: Uint8Array): { readonly planned?: unknown; readonly moved?: unknown } {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
