/**
 * Says what a person reads before they request a step of a wave: the unusual keys, as the approver will read them, and
 * the keys that they cannot request now. A key can be in use since the plan, so `readUses` asks for the resources.
 */

import type { KeyAmongMany } from "../../engine/key/exceptions.ts";
import { sayLast } from "../../engine/key/sets/approval-messages.ts";
import { explainNotBinding } from "../../engine/key/text/record-words.ts";
import { runAll } from "../../engine/loop/many.ts";
import { asUkoError } from "../../errors.ts";
import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import type { ApprovedStep, KeyUse } from "../../lifecycle/vocabulary/observation.ts";
import { noteOf } from "../files/line-among-many.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import { readyKeys } from "./ready-keys.ts";
import { keyAsListed, plannedAtMs, unusualSections } from "./review-text.ts";

export interface KeysToRequest {
  readonly wave: string;
  readonly step: ApprovedStep;
  /** The names of the keys. */
  readonly keys: ReadonlySet<string>;
}

type Uses = ReadonlyMap<string, KeyUse>;

/** What uses the keys now; of a key that cannot be read, what the manifest says stays. */
export async function readUses(context: CampaignContext, { wave, keys }: KeysToRequest): Promise<Uses> {
  const { world, options } = context;
  const items = keysOfWave(context, wave).filter(({ name, facts }) => keys.has(name) && !facts.isKms);
  const act = async (key: KeyInSchedule): Promise<readonly [string, KeyUse]> => {
    const unread = (thrown: unknown): KeyUse => ({ kind: "unreadable", reason: asUkoError(thrown).summary });
    const ref = { instanceId: world.session.instanceId, vaultId: key.line.vault, keyId: key.line.id };
    return [key.name, await world.keys.use(ref, options).catch(unread)];
  };
  return new Map(await runAll(world, { items, what: "Asking what uses the keys", act }, options));
}

export function checksBeforeRequest(context: CampaignContext, { wave, step, keys }: KeysToRequest, uses?: Uses) {
  const wanted = keysOfWave(context, wave).filter(({ name }) => keys.has(name));
  const found = wanted.map((key) => keyToRequest(context, key, uses?.get(key.name)));
  const left = readyKeys(context, wave, step).apart.map(({ label, says: why }) => ({ label, why }));
  return { sections: unusualSections(found, left, "request").flat(), last: sayLast(found, left, "request") };
}

function keyToRequest({ view }: CampaignContext, scheduled: KeyInSchedule, use: KeyUse | undefined): KeyAmongMany {
  const { line, listed } = scheduled;
  const atMs = plannedAtMs(view, line.wave);
  const key = keyAsListed(view, scheduled);
  const resources = use?.kind === "known" ? (use.resources ?? []) : [];
  const count = use?.kind === "known" ? use.count : 0;
  const { observation } = listed ?? {};
  const standing = observation && deletionStanding(observation, view.nowMs);
  const isOver = standing?.binds !== false || standing.why.kind === "expired";
  const discounted = isOver || observation === undefined ? undefined : explainNotBinding(standing.why, observation);
  return {
    ...key,
    shown: { ...key.shown, usedBy: resources },
    noted: { ...noteOf(line, atMs, count), discounted: discounted ?? "" },
  };
}
