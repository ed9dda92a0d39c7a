/** The keys of a wave that are ready for a step, by the lists of the service. */

import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { keyGate } from "../../lifecycle/campaign/gates.ts";
import { standingOf } from "../../lifecycle/consent-record.ts";
import { sayTime } from "../text/words.ts";
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
    // The request of a key that soaks was refused, and once requested its last write says nothing of the soak.
    const isOpen = gate.kind === "open" || (gate.kind === "soaking" && isRequested(key, step, context.view.nowMs));
    if (isOpen && !key.isUnread) ready.push(key);
    else if (gate.kind !== "done" && gate.kind !== "not_planned") {
      const soak = gate.kind === "soaking" ? `soaking until ${sayTime(gate.untilMs)}` : undefined;
      const why = sayGate({ ...key, gate }) ?? soak ?? gate.kind.replaceAll("_", " ");
      apart.push(withoutStep(key.name, key.line.label, why));
    }
  }
  return { ready, apart };
}

function isRequested({ listed }: PlannedKey, step: CampaignStep, nowMs: number): boolean {
  return listed?.observation !== undefined && standingOf(listed.observation, step, nowMs).binds;
}
