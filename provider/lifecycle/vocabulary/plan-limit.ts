/**
 * Defines the plan limit. An engine may apply a saved plan hours later, when more steps have become possible. The apply
 * then refuses each step beyond the limit, so it never destroys a key whose destruction its plan did not show. It also
 * refuses each step if the resource differs from what the plan showed, or if the step depends on another record. A run
 * without a plan has no limit.
 */

import type { CoveredKey, KeystoreStatus } from "./observation.ts";
import { isDeclaredTag } from "./tag-names.ts";

/** From the least harmful to the most harmful. */
export const limitedSteps = ["request", "deactivate", "destroy", "remove"] as const;
export type LimitedStep = (typeof limitedSteps)[number];

export interface PlanLimit {
  /** The path of the resource, as in its ID. */
  readonly subject: string;
  /** Canonical text of what the plan showed of the resource. */
  readonly shown: string;
  readonly steps: readonly LimitedStep[];
  /** The record or KMS window that the step depends on; absent if one person is enough. */
  readonly recordId?: string;
}

/** The limit if a plan has none that is readable: the apply may do nothing. */
export const allowsNothing: PlanLimit = { subject: "", shown: "", steps: [] };

/** Why a step exceeds the plan limit. */
export type Excess = "step" | "resource" | "record";

/** The step would do more than the plan showed. */
export interface BeyondPlan {
  readonly guard: "beyond_plan";
  readonly step: LimitedStep;
  readonly allowed: readonly LimitedStep[];
  readonly excess: Excess;
}

/** Undefined if the plan limit allows the step, or if no plan limits the run. */
export function beyondPlan(atMost: PlanLimit | undefined, wanted: WantedStep): BeyondPlan | undefined {
  const excess = atMost && excessOf(atMost, wanted);
  return excess && { guard: "beyond_plan", step: wanted.step, allowed: atMost.steps, excess };
}

export interface WantedStep extends Pick<PlanLimit, "subject" | "shown"> {
  readonly step: LimitedStep;
  readonly recordId?: string | undefined;
}

/** Undefined if an apply may take the step. Each step covers a request, which does less. */
export function excessOf(planLimit: PlanLimit, wanted: WantedStep): Excess | undefined {
  const { steps, recordId } = planLimit;
  const isAllowed = steps.includes(wanted.step) || (wanted.step === "request" && steps.length > 0);
  if (!isAllowed) return "step";
  if (planLimit.subject !== wanted.subject || planLimit.shown !== wanted.shown) return "resource";
  const restsOnRecord = wanted.step === "deactivate" || wanted.step === "destroy";
  return restsOnRecord && recordId !== undefined && recordId !== wanted.recordId ? "record" : undefined;
}

/** What a plan shows of a managed key: the facts in a record's digest that state has. */
export interface ShownKey extends Omit<CoveredKey, "keystores"> {
  readonly keystores: readonly Pick<KeystoreStatus, "name" | "type">[];
}

/**
 * The canonical text of a managed key, limited to what the state of an engine can show: a state has one value for each
 * tag, and engines write every text in Unicode's normal form C. Any other difference would appear in every plan. JSON
 * arrays keep every part apart from its neighbors, whatever characters it holds.
 */
export function shownKeyText(key: ShownKey): string {
  const tags = Object.entries(
    Object.fromEntries(key.tags.filter(isDeclaredTag).map(({ name, value }) => [name, value])),
  );
  return asHostsWrite([
    "uko-plan-1",
    key.instanceId,
    key.version,
    key.label,
    key.description,
    key.activationDate,
    key.expirationDate,
    sortedTexts(tags),
    sortedTexts(key.keystores.map(({ name, type }) => [name, type])),
  ]);
}

/** The canonical text of a KMS key, or of a vault, keystore or template. */
export function shownNameText(name: string): string {
  return asHostsWrite(["uko-plan-1", name]);
}

function sortedTexts(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.map((pair) => asHostsWrite(pair)).sort();
}

function asHostsWrite(parts: readonly unknown[]): string {
  return JSON.stringify(parts).normalize("NFC");
}
