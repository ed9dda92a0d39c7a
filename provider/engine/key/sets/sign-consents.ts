/**
 * Signs the approvals and requests of destructions that a command is about to make, on machines that demand signatures.
 * One signature covers all keys of the command, and is made before the first key changes, over each record as the run
 * will write it.
 */

import type { ConsentDraft } from "../../../lifecycle/consent/consent-record.ts";
import { bodyJson } from "../../../lifecycle/consent/record-text.ts";
import { approvalStatements, type Review } from "../../../lifecycle/consent/review.ts";
import { needsSignature, statementOfDraft } from "../../../lifecycle/consent/signed-consent.ts";
import type { KeyRun, Plan } from "../../../lifecycle/key/plan.ts";
import type { Identity, KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import type { CallOptions, KeyRef, World } from "../../ports/world.ts";
import type { KeyDetails } from "../observe.ts";
import { fitDraft } from "../steps.ts";
import { readEach } from "./survey.ts";

/**
 * Signs the approval of each line of a review, if its step is the destruction and the approval acts at once. Throws
 * UKO_SIGNATURE_MISSING.
 */
export async function signReviewed(world: World, review: Review, options: CallOptions): Promise<void> {
  const [first] = review.lines.values();
  if (world.signatures === undefined || first === undefined || review.header.step === "deactivate") return;
  const { instanceId } = world.session;
  const { identity: author = nobody } = await world.session.actor(options);
  const { serviceTimeMs } = await world.keys.read({ instanceId, ...first }, options);
  await signAll(
    world,
    { author, nowMs: serviceTimeMs },
    approvalStatements(review, world.signatures.demand.service, author),
    options,
  );
}

/** The records that a command is about to write: the keys, and the plan for each of them. */
export interface Drafting {
  readonly refs: readonly KeyRef[];
  readonly plan: (observation: KeyObservation, run: KeyRun, nowMs: number) => Plan;
  readonly intent: KeyRun["intent"];
}

/**
 * Signs each record about a destruction that the plans write. Throws UKO_SIGNATURE_MISSING, and UKO_INPUT_INVALID for a
 * reason that leaves no room for a signature.
 */
export async function signRecords(world: World, { refs, plan, intent }: Drafting, options: CallOptions): Promise<void> {
  if (world.signatures === undefined) return;
  const actor = await world.session.actor(options);
  const times: number[] = [];
  const judge = ({ observation, nowMs }: KeyDetails): readonly Drafted[] => {
    const planned = plan(observation, { actor, approvals: [], intent }, nowMs);
    if (planned.kind !== "ready" || planned.step.kind !== "write_record") return [];
    const { draft } = planned.step;
    if (!needsSignature(observation, draft.step)) return [];
    times.push(nowMs);
    return [{ observation, draft }];
  };
  const { keys } = await readEach(world, { refs, what: "Reading the keys to sign", judge }, options);
  const drafted = keys.flat();
  const levels = Math.ceil(Math.log2(Math.max(1, drafted.length)));
  const statements = drafted.map(({ observation, draft }) => {
    const fitted = fitDraft(draft, levels);
    return statementOfDraft(observation, { ...fitted, body: world.sha256(bodyJson(fitted)) });
  });
  const { identity: author = nobody } = actor;
  await signAll(world, { author, nowMs: Math.min(...times) }, statements, options);
}

interface Drafted {
  readonly observation: Pick<KeyObservation, "facts" | "state" | "signatures">;
  readonly draft: ConsentDraft;
}

/** An identity that may not be the author of a consent. The planner refuses it later, so its signature is never used. */
const nobody: Identity = { mark: "" };

async function signAll(
  { signatures }: World,
  { author, nowMs }: { readonly author: Identity; readonly nowMs: number },
  statements: readonly string[],
  options: CallOptions,
): Promise<void> {
  const missing = statements.filter((statement) => signatures?.signed.has(statement) !== true);
  if (missing.length > 0) await signatures?.sign(author, missing, nowMs, options);
}
