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

/** Undefined where there is none, or where it is not ours: then nothing is known. */
export function readPlanned(bytes: Uint8Array): Planned | undefined {
  try {
    const { planned } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly planned?: unknown };
    return planned === "create" || planned === "update" || planned === "destroy" ? planned : undefined;
  } catch {
    return undefined;
  }
}
