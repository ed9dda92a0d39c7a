/**
 * Signs the approvals and requests of destructions that a command is about to make, on machines
 * that demand signatures. One signature covers all keys of the command, and it is made before the
 * first key changes. Only commands that a person runs use this file. A run of an engine (Pulumi,
 * OpenTofu, Terraform) has nothing to sign, because it never approves a step and never requests a
 * destruction.
 */

import type { Identity } from "../../lifecycle/observation.ts";
import { approvalStatements, type Review } from "../../lifecycle/review.ts";
import { requestStatementFor } from "../../lifecycle/signed-consent.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { nextStepOf } from "./many/selection.ts";
import { readEach } from "./many/survey.ts";
import type { KeyDetails } from "./observe.ts";

/**
 * Signs the approval of each line of a review, if its step is the destruction. Throws UKO_SIGNATURE_MISSING.
 */
export async function signReviewed(world: World, review: Review, options: CallOptions): Promise<void> {
  const [first] = review.lines.values();
  if (world.signatures === undefined || first === undefined || review.header.step === "deactivate") return;
  const { instanceId } = world.session;
  const author = await signerOf(world, options);
  const { serviceTimeMs } = await world.keys.read({ instanceId, ...first }, options);
  await signAll(
    world,
    { author, nowMs: serviceTimeMs },
    approvalStatements(review, world.signatures.demand.service, author),
    options,
  );
}

/**
 * Signs the request for the destruction of each key that may be destroyed next. Throws UKO_SIGNATURE_MISSING.
 */
export async function signRequests(world: World, refs: readonly KeyRef[], options: CallOptions): Promise<void> {
  if (world.signatures === undefined) return;
  const author = await signerOf(world, options);
  const times: number[] = [];
  const judge = ({ observation, nowMs }: KeyDetails): readonly string[] => {
    if (nextStepOf(observation.state) !== "destroy") return [];
    times.push(nowMs);
    return [requestStatementFor(observation, author)];
  };
  const { keys } = await readEach(world, { refs, what: "Reading the keys to sign", judge }, options);
  await signAll(world, { author, nowMs: Math.min(...times) }, keys.flat(), options);
}

async function signAll(
  { signatures }: World,
  { author, nowMs }: { readonly author: Identity; readonly nowMs: number },
  statements: readonly string[],
  options: CallOptions,
): Promise<void> {
  const missing = statements.filter((statement) => signatures?.signed.has(statement) !== true);
  if (missing.length > 0) await signatures?.sign(author, missing, nowMs, options);
}

/**
 * The identity that signs. If it may not be the author of a consent, the planner refuses later, so its signature is
 * never used.
 */
async function signerOf({ session }: World, options: CallOptions): Promise<Identity> {
  return (await session.actor(options)).identity ?? { mark: "" };
}
