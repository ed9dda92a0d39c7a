/** A plan's announcement of a deletion, computed from the state of the resource. */

import {
  announceContainerDeletion,
  announceKeyDeletion,
  announceKmsKeyDeletion,
  type PlannedRun,
} from "../lifecycle/announce.ts";
import { type Announcement, announcesNothing } from "../lifecycle/announcement.ts";
import { shownMarker } from "../lifecycle/dual-marker.ts";
import type { KeystoreStatus } from "../lifecycle/observation.ts";
import type { Ending, RunSettings } from "./definition.ts";
import type { Door } from "./explanation.ts";
import { type DeletionPreview, previewDeletion, previewRetirement } from "./preview-deletion.ts";

/** What a plan reports, and the limit that it sets for its apply. */
export interface Planned {
  readonly preview: DeletionPreview;
  readonly announced: Announcement;
}

type Facts = Readonly<Record<string, unknown>>;

/** An update that retires no key takes no step towards a deletion. */
export const nothingPlanned: Planned = { preview: { kind: "short" }, announced: announcesNothing };

/** The plan of a deletion. */
export function planEnding(ending: Ending, facts: Facts, { consents, waitMs = 0 }: RunSettings, door: Door): Planned {
  return {
    preview: previewDeletion(ending, { facts, consents, door }),
    announced: announcementOf(ending, facts, { consents, waits: waitMs > 0 }),
  };
}

/**
 * The plan of an update that retires a key, which never waits; `wanted` are the program's values.
 */
export function planRetirement(
  ending: Extract<Ending, { kind: "managed_key" }>,
  facts: Facts,
  wanted: Facts,
  consents: readonly string[],
  door: Door,
): Planned {
  return {
    preview: previewRetirement(ending, { facts, consents, door }),
    announced: announcementOf(ending, factsAfterWrite(facts, wanted), { consents, waits: false }),
  };
}

/**
 * An update writes the program's values before it takes a step. It leaves a key with a binding
 * record alone.
 */
function factsAfterWrite(facts: Facts, wanted: Facts): Facts {
  if (typeof facts.deletionRecordId === "string") return facts;
  return { ...facts, ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) };
}

function announcementOf(ending: Ending, facts: Facts, run: PlannedRun): Announcement {
  const isPending = facts.deletionAwaits === "approval" && typeof facts.deletionRecordId === "string";
  const pending = {
    ...(isPending && { recordId: textOf(facts.deletionRecordId) }),
    isTooEarly: facts.deletionNotBefore !== undefined,
  };
  const stateWord = textOf(facts.keyState);
  switch (ending.kind) {
    case "container":
      return announceContainerDeletion(ending.ref.id, ending.name);
    case "kms_key": {
      const { kmsKeyId } = ending.ref;
      const key = { kmsKeyId, name: ending.name, stateWord, dualAuthDelete: facts.dualAuthDelete === true };
      return announceKmsKeyDeletion(key, ending.policy, pending, run);
    }
    case "managed_key": {
      const marker = shownMarker(facts.dualMarker, ending.policy);
      const key = {
        ...ending.ref,
        stateWord,
        ...(marker !== undefined && { marker }),
        version: Number(facts.version),
        label: textOf(facts.label),
        description: textOf(facts.description),
        activationDate: textOf(facts.activationDate),
        expirationDate: textOf(facts.expirationDate),
        tags: Object.entries(Object(facts.tags) as Facts).map(([name, value]) => ({ name, value: textOf(value) })),
        keystores: Array.isArray(facts.keystores) ? (facts.keystores as readonly KeystoreStatus[]) : [],
      };
      return announceKeyDeletion(key, ending.policy, pending, run);
    }
  }
}

/** The same deletion under the limit of its plan; without a limit if the engine has none. */
export function limitedTo(ending: Ending, atMost: Announcement | undefined): Ending {
  if (atMost === undefined) return ending;
  switch (ending.kind) {
    case "container":
      return { ...ending, policy: { ...ending.policy, atMost } };
    case "kms_key":
      return { ...ending, policy: { ...ending.policy, atMost } };
    case "managed_key":
      return { ...ending, policy: { ...ending.policy, atMost } };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
