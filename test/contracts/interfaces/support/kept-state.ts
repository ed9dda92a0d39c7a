/** The state of a key after a deletion that failed: its lifecycle state, and who or what it waits for until when. */

import { userInterface } from "../user-interface.ts";
import type { Person } from "./person.ts";

export interface Kept {
  readonly keyState: string;
  readonly lifecycleState: string;
  readonly deletionAwaits?: string;
  readonly deletionRequestedBy?: string;
  readonly deletionApprovedBy?: string;
  readonly deletionRecordId?: string;
  /** To the minute: how many writes of a run share a second is the service's affair. */
  readonly deletionNotBefore?: string;
}

const names: readonly (keyof Kept)[] = [
  "keyState",
  "lifecycleState",
  "deletionAwaits",
  "deletionRequestedBy",
  "deletionApprovedBy",
  "deletionRecordId",
  "deletionNotBefore",
];

export async function keptOf(person: Person): Promise<Partial<Kept>> {
  const [resource, ...others] = await person.resources();
  if (resource === undefined || others.length > 0) throw new Error("The state has to have one key.");
  const { outputs = {} } = resource;
  const kept = names.filter((name) => outputs[name] !== undefined);
  return Object.fromEntries(
    kept.map((name) => [name, name === "deletionNotBefore" ? String(outputs[name]).slice(0, 16) : outputs[name]]),
  );
}

/** How far the state of this interface is: at what the deletion came to, at the look with which its run began, or at the creation. */
export function keptBy({ now, looked }: { readonly now: Kept; readonly looked: Kept }): Kept {
  if (userInterface.savesWhatFailed) return now;
  return userInterface.looksFirst ? looked : made;
}

/** As a creation leaves it. */
export const made: Kept = { keyState: "active", lifecycleState: "active" };
