/**
 * What the host keeps for us beside a state. It tells apart what the host does not say: a plan without a state is a creation,
 * or one half of a replacement; a deletion is one that was planned as such, or the other half.
 */

import { announcedSteps } from "../compose.ts";
import type { AnnouncedStep, Announcement } from "../lifecycle/announcement.ts";

/** What the plan that led here was for. */
export type Planned = "create" | "update" | "destroy";

const version = 1;

export function writePrivate(planned?: Planned): Uint8Array {
  return write({ planned });
}

/** Next to a plan that makes something: `secrets` are the names of those that its configuration gives. */
export function writeCreation(secrets: readonly string[]): Uint8Array {
  return write({ planned: "create", secrets });
}

/** Next to a plan that changes something, with what the plan announced of a retirement. */
export function writeUpdate(secrets: readonly string[], announced: Announcement): Uint8Array {
  return write({ planned: "update", secrets, announced });
}

/** Next to a plan that deletes something, with the most that its apply may do. */
export function writeDestruction(announced: Announcement): Uint8Array {
  return write({ planned: "destroy", announced });
}

/**
 * Next to a state that was just read. Hosts plan an update a second time when they apply it, without what the first plan
 * left, so what the first run approved is kept here.
 */
export function writeRead(approved: string | undefined): Uint8Array {
  return write({ approved });
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

/** The record that the run approved which read the state last. */
export function readApproved(bytes: Uint8Array): string | undefined {
  const { approved } = read(bytes);
  return typeof approved === "string" ? approved : undefined;
}

/** Undefined where there is none, or where it cannot be read. */
export function readAnnounced(bytes: Uint8Array): Announcement | undefined {
  const { subject, shown, steps, recordId } = Object(read(bytes).announced) as Readonly<Record<string, unknown>>;
  const isWhole = typeof subject === "string" && typeof shown === "string" && Array.isArray(steps);
  if (!isWhole || !steps.every(isAnnouncedStep)) return undefined;
  if (recordId !== undefined && typeof recordId !== "string") return undefined;
  return { subject, shown, steps, ...(recordId !== undefined && { recordId }) };
}

function isAnnouncedStep(step: unknown): step is AnnouncedStep {
  return announcedSteps.some((each) => each === step);
}

interface Kept {
  readonly announced?: unknown;
  readonly approved?: unknown;
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
