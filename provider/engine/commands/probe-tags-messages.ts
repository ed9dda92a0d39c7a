/**
 * The output of `uko doctor --probe-tags`: what the service keeps, and what happened to the key
 * that the probe created.
 */

import type { Step } from "../../lifecycle/plan.ts";
import type { KeyRef } from "../ports/world.ts";
import { plain } from "../text/words.ts";
import type { Check } from "./doctor-messages.ts";

/** What one read showed of the values sent before. */
export interface Carried {
  readonly tags: "kept" | "dropped" | "changed" | "rejected";
  /** Whether a description ends as it was sent, including the newline. */
  readonly isEndingKept: boolean;
}

interface ProbedKey {
  readonly ref: KeyRef;
  readonly label: string;
}

export interface LeftKey extends ProbedKey {
  /** Absent if the key could not be read any more; `gone` if the key was gone after all. */
  readonly stateWord: string | undefined;
  /** The step whose right is missing. */
  readonly step?: Step["kind"];
  readonly why: string;
}

const probe = "tag probe";

export function notBegunCheck(obstacle: string): Check {
  return { check: probe, level: "fail", says: `not started: ${plain(obstacle, 300)}`, do: "No key was created." };
}

/** `atChange` is a text if no change could be made. */
export function carriedCheck(atCreation: Carried, atChange: Carried | string): Check {
  const last = typeof atChange === "string" ? atCreation : atChange;
  const kept =
    typeof atChange === "string"
      ? `${sayTags(atCreation)} at creation; the change failed: ${plain(atChange)}`
      : atCreation.tags === atChange.tags
        ? `${sayTags(atChange)} at creation and after a change`
        : `${sayTags(atCreation)} at creation, ${atChange.tags} after a change`;
  const ending = last.isEndingKept ? "the end of the description is kept" : "the end of the description is not kept";
  const says = `${kept}; ${ending}`;
  if (last.tags === "kept") return { check: probe, level: "ok", says, do: "Consent records are stored as tags." };
  if (last.isEndingKept) {
    const what =
      "Consent records are stored at the end of the description, which can then have at most 110 characters.";
    return { check: probe, level: "ok", says, do: what };
  }
  return {
    check: probe,
    level: "warn",
    says,
    do: "The service would not store consent records, so uko refuses every deletion that requires two people (UKO_RECORD_NOT_KEPT).",
  };
}

function sayTags({ tags }: Carried): string {
  return `tags are ${tags}`;
}

export function cleanupCheck(key: ProbedKey): Check {
  return {
    check: "probe's key",
    level: "ok",
    says: `"${plain(key.label)}" was never activated; it was destroyed and removed (${key.ref.keyId})`,
  };
}

/**
 * The probe deletes only its own key in its own run, so a key that is left is deleted like any
 * other.
 */
export function leftCheck(left: LeftKey): Check {
  if (left.stateWord === "gone") return cleanupCheck(left);
  const path = `${left.ref.vaultId}/${left.ref.keyId}`;
  return {
    check: "probe's key",
    level: "fail",
    says: `"${plain(left.label)}" was not deleted (state: ${left.stateWord ?? "unknown"}): ${plain(sayWhy(left), 300)}`,
    do: commandsFor(left, path).join("\n"),
  };
}

const roles: Partial<Record<Step["kind"], string>> = {
  destroy: "Key Custodian - Creator",
  remove: "Vault Administrator",
};

function sayWhy({ step, why }: LeftKey): string {
  const role = step === undefined ? undefined : roles[step];
  return role === undefined ? why : `to ${step} it, the role ${role} is required. Response of the service: ${why}`;
}

function commandsFor({ stateWord }: LeftKey, path: string): readonly string[] {
  const ask = ["Two people can delete it like any other key. The first one runs:", `  uko request ${path}`];
  const remove = ["Once it is destroyed, someone with the role Vault Administrator runs:", `  uko continue ${path}`];
  if (stateWord === "destroyed") return remove;
  return stateWord === undefined ? [...ask, ...remove] : ask;
}
