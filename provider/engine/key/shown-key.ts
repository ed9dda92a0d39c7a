/**
 * Collects what people see of one key before they decide about it: at a terminal, in the console, in a campaign and in
 * `--json`.
 *
 * The requester can write the label, the description and the reason. An approver who reads nothing else decides by the
 * requester's words: Bob could name the production key `orders-test` and ask for its deletion. So the holds come first,
 * then the facts that a person who may write tags cannot choose, such as the resources that use the key. Apart from
 * them comes what the requester said, and when the requester wrote to the key before that.
 */

import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import { holdsInForce } from "../../lifecycle/consent/hold.ts";
import { keyPathOf } from "../../lifecycle/consent/review.ts";
import { recordWithReasons, statedReasons } from "../../lifecycle/consent/stated-reasons.ts";
import { typesOfUnseenUse } from "../../lifecycle/container/keystore-kind.ts";
import { nobody } from "../../lifecycle/key/plan.ts";
import { strictest } from "../../lifecycle/key/plan-reviewed.ts";
import { remainingPath } from "../../lifecycle/key/remaining-path.ts";
import { findUnapprovedStep } from "../../lifecycle/key/unapproved-step.ts";
import type { KeyObservation, KeyUse } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { KnownTexts, PastLabel, ShownKey } from "../ports/shown-key.ts";
import type { KeyRef, World } from "../ports/world.ts";
import { ibmDates } from "../text/ibm-dates.ts";
import { sayStatus } from "../text/words.ts";
import { describeReason } from "./evidence.ts";
import { exceptionsOf, sayTag, warningsIn } from "./exceptions.ts";
import type { KeySummary } from "./observe.ts";
import { sayHold } from "./text/hold-words.ts";

/** What this machine's evidence knows of the key, and the campaign in whose folder the run is. */
export function knownTextsOf({ texts }: Pick<World, "texts">, key: Pick<KeyRef, "vaultId" | "keyId">): KnownTexts {
  return texts?.of(keyPathOf(key)) ?? nothingKnown;
}

const nothingKnown: KnownTexts = { pastLabels: [], warningWords: [] };

/** Whether a person has to decide about the key: a step is requested, or the key is on its way. */
export function isAsked({ observation, nowMs }: Pick<KeySummary, "observation" | "nowMs">): boolean {
  return deletionStanding(observation, nowMs).binds || observation.state === "deactivated";
}

export function showKey({ observation, snapshot, nowMs }: KeySummary, known = nothingKnown): ShownKey {
  const { facts, keystores: statuses, use } = observation;
  const { createdAtMs, createdBy, algorithm, size, templateName, verificationPatterns = [] } = snapshot;
  const standing = deletionStanding(observation, nowMs);
  const request = standing.binds ? (standing.record.quotes ?? standing.record) : undefined;
  const ownWriteAtMs = standing.binds ? standing.record.ownWriteAtMs : undefined;
  const record = recordWithReasons(observation, nowMs);
  const keystores = statuses.map((each) => {
    const { name, type, keyIdInKeystore: keyId = "" } = each;
    return { name, type, keyId, status: sayStatus(each) };
  });
  const shown = {
    holds: holdsInForce(observation.holds, nowMs).map(sayHold),
    ...(createdAtMs !== undefined && { createdAt: isoTime(createdAtMs) }),
    ...(createdBy !== undefined && { createdBy }),
    algorithm,
    size,
    template: templateName,
    keyCheckValues: verificationPatterns,
    keystores,
    ...describeUse(use),
    useUnseenIn: typesOfUnseenUse([...facts.keystores, ...statuses]),
    ...outliving(observation, nowMs),
    pastLabels: otherLabels(known.pastLabels, facts.label),
    said: {
      ...(request !== undefined && { requester: request.author.iamId ?? request.author.mark }),
      label: facts.label,
      description: facts.description,
      warnings: warningsIn([facts.description, ...facts.tags.map(sayTag)], known.warningWords),
      reasons: record === undefined ? [] : statedReasons(record).map(describeReason),
      activationDate: facts.activationDate,
      ...(ownWriteAtMs !== undefined && { wroteBeforeAt: isoTime(ownWriteAtMs) }),
    },
  };
  const { releasedHolds = [] } = observation;
  const judged = { record: standing.binds ? standing.record : undefined, releasedHolds, nowMs };
  return { ...shown, exceptions: exceptionsOf({ ...judged, shown, unapproved: findUnapprovedStep(observation) }) };
}

function describeUse(use: KeyUse): Pick<ShownKey, "usedBy" | "useUnreadable"> {
  if (use.kind === "unreadable") return { useUnreadable: use.reason };
  if (use.resources === undefined) return {};
  return { usedBy: use.resources.map(({ name, service }) => ({ name, service })) };
}

/** The keystores would still hold the material when the service ends, even if every person acted at once. */
function outliving(observation: KeyObservation, nowMs: number): Pick<ShownKey, "outlivesServiceUntil"> {
  const endMs = remainingPath(observation, { ...strictest, goal: "removed" }, nobody, nowMs).at(-1)?.earliestMs ?? 0;
  return endMs < Date.parse(ibmDates.endOfSupport) ? {} : { outlivesServiceUntil: isoTime(endMs) };
}

/**
 * Each other label once, the newest first, with the latest time at which it was the label. Evidence counts before a
 * manifest, because other people write manifests and could give a label any time.
 */
export function otherLabels(past: readonly PastLabel[], label: string): readonly PastLabel[] {
  const others = past.filter((each) => each.label !== label).toSorted(byNewest);
  const evidence = others.filter(({ source }) => source === "evidence");
  const byLabel = Map.groupBy([...evidence, ...others], (each) => each.label);
  return [...byLabel.values()].flatMap((same) => same.slice(0, 1)).toSorted(byNewest);
}

const byNewest = (a: PastLabel, b: PastLabel): number => b.seenAt.localeCompare(a.seenAt);
