/** The keys of a wave that are ready for a step, by the lists of the service. */

import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { type KeyGate, keyGate } from "../../lifecycle/campaign/gates.ts";
import { sayTimeAndDistance } from "../text/words.ts";
import { type ActContext, keysOfWave } from "./act-on-keys.ts";
import { type ActedKey, withoutStep } from "./acted.ts";
import { requireWave } from "./folder.ts";
import { sayGate } from "./plan-report.ts";
import type { PlannedKey } from "./planned.ts";

/** Keys that pass every gate of the step now, and those that do not, with the reason. */
export function readyKeys(
  context: ActContext,
  wave: string,
  step: CampaignStep,
): { readonly ready: readonly PlannedKey[]; readonly apart: readonly ActedKey[] } {
  requireWave(context.view.campaign, wave);
  const ready: PlannedKey[] = [];
  const apart: ActedKey[] = [];
  for (const key of keysOfWave(context, wave)) {
    const gate = keyGate(key.facts, step, context.view.nowMs);
    if (gate.kind === "open" && !key.isUnread) ready.push(key);
    else if (gate.kind !== "done" && gate.kind !== "not_planned") {
      const why = sayGate({ ...key, gate }) ?? sayLater(gate, context.view.nowMs);
      apart.push(withoutStep(key.name, key.line.label, why));
    }
  }
  return { ready, apart };
}

function sayLater(gate: KeyGate, nowMs: number): string {
  if (gate.kind !== "soaking") return gate.kind.replaceAll("_", " ");
  return `soaks until ${sayTimeAndDistance(gate.untilMs, nowMs)}; a request does not shorten that`;
}
