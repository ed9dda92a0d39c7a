/**
 * Private data that the host keeps for us next to a state. It distinguishes cases that the host
 * does not report: a plan without a state is a creation or one half of a replacement, and a
 * deletion is either planned as such or the other half.
 */

import { announcedSteps } from "../compose.ts";
import type { AnnouncedStep, Announcement } from "../lifecycle/announcement.ts";
import { textOf } from "./values.ts";

/** The purpose of the plan behind this call. */
export type Planned = "create" | "update" | "destroy";

const version = 1;

export function writePrivate(planned?: Planned): Uint8Array {
  return write({ planned });
}

/** For a plan of a creation; `secrets` are the names of the secrets that its configuration sets. */
export function writeCreation(secrets: readonly string[]): Uint8Array {
  return write({ planned: "create", secrets });
}

/** For a plan of an update, with what the plan announced of a retirement. */
export function writeUpdate(secrets: readonly string[], announced: Announcement): Uint8Array {
  return write({ planned: "update", secrets, announced });
}

/** For a plan of a deletion, with the most that its apply may do. */
export function writeDestruction(announced: Announcement): Uint8Array {
  return write({ planned: "destroy", announced });
}

/**
 * For a state that was just read. Hosts plan an update a second time when they apply it, without
 * the private data of the first plan, so the first run's approval is kept here.
 */
export function writeRead(approved: string | undefined): Uint8Array {
  return write({ approved });
}

/** For a state that came from a move, and contains only the identity of the object. */
export function writeMoved(): Uint8Array {
  return write({ moved: true });
}

/** Undefined if there is none, or if it is not ours: then nothing is known. */
export function readPlanned(bytes: Uint8Array): Planned | undefined {
  const { planned } = read(bytes);
  return planned === "create" || planned === "update" || planned === "destroy" ? planned : undefined;
}

export function readMoved(bytes: Uint8Array): boolean {
  return read(bytes).moved === true;
}

/** The names that `writeCreation` or `writeUpdate` wrote. */
export function readGiven(bytes: Uint8Array): readonly string[] {
  const { secrets } = read(bytes);
  return Array.isArray(secrets) ? secrets.filter((name) => typeof name === "string") : [];
}

/** The record that was approved by the run that read the state last. */
export function readApproved(bytes: Uint8Array): string | undefined {
  const { approved } = read(bytes);
  return typeof approved === "string" ? approved : undefined;
}

/** Undefined if there is none, or if it cannot be read. */
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
    return Object(JSON.parse(textOf(bytes)));
  } catch {
    return {};
  }
}
