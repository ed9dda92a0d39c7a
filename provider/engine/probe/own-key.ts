/**
 * Creates the throwaway key of `uko probe`, and takes the steps that deactivate, destroy or remove
 * it. Such a step is never sent as a single raw request. It goes through the loop of every other
 * deletion, with its evidence, and only if the planner of the probe's key allows it
 * (lifecycle/plan-probe-end.ts). Otherwise the probe could delete another person's key. A raw
 * request may change nothing but the key of this run, and may not end it (`requireHarmless`). The
 * one other change is to create a second key with the same label, if the service allows that.
 */

import { UkoError } from "../../errors.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import type { Tag } from "../../lifecycle/observation.ts";
import type { Plan, Step } from "../../lifecycle/plan.ts";
import { type ProbeKey, planProbeEnd } from "../../lifecycle/plan-probe-end.ts";
import { keyKind, type Outcome } from "../key/kind.ts";
import { subjectOfKey } from "../key/report.ts";
import type { Task } from "../key/steps.ts";
import { converge } from "../loop/converge.ts";
import { reportingRun } from "../loop/report.ts";
import type { WireRequest } from "../ports/wire.ts";
import type { CallOptions, KeyRef, KeySnapshot, NewKey, World, Written } from "../ports/world.ts";
import { plain, sayRoles } from "../text/words.ts";
import type { OwnStep } from "./row.ts";

export interface OwnKey extends ProbeKey {
  readonly ref: KeyRef;
  readonly template: string;
  readonly keystore: string;
}

/** The service may still be processing a request whose connection broke. */
const maxReads = 3;
const pauseMs = 2000;
/** The length of a consent record with a reason. */
const tagDigits = 1000;

/** A text of the length of a consent record, in the form that a tag accepts. */
export const longText = (mark: string): string => mark.repeat(Math.ceil(tagDigits / mark.length)).slice(0, tagDigits);

/** Creates the key. Throws if no key was created, and UKO_RESPONSE_LOST if that is unknown. */
export async function createOwnKey(
  world: World,
  { vaultId, template, label, mark }: Record<"vaultId" | "template" | "label" | "mark", string>,
  options: CallOptions,
): Promise<KeyRef> {
  const tags: readonly Tag[] = [{ name: "probe", value: `creation ${mark}` }];
  const description = `Created by uko probe, can be deleted\n[probe ${mark}]`;
  const key: NewKey = { vaultId, templateName: template, label, description, tags };
  let written = await world.keys.create(key, options);
  // A 400 means that no key was created, so the POST may be sent without tags.
  if (written.kind === "refused" && written.status === 400) {
    written = await world.keys.create({ ...key, tags: [] }, options);
  }
  const { keyId } = await createdOrFound(world, key, written, options);
  return { instanceId: world.session.instanceId, vaultId, keyId };
}

const allowed: Readonly<Record<Exclude<OwnStep, "create">, Step["kind"]>> = {
  deactivate: "deactivate",
  destroy_early: "destroy",
  destroy: "destroy",
  remove: "remove",
};

/** Takes one kind of step, if the planner of the probe's key allows it. */
export function takeOwnStep(
  world: World,
  key: OwnKey,
  step: Exclude<OwnStep, "create">,
  options: CallOptions,
): Promise<Outcome> {
  return runSteps(world, key, [allowed[step]], options);
}

/** Takes every step towards removal that is possible now. */
export function endOwnKey(world: World, key: OwnKey, options: CallOptions): Promise<Outcome> {
  return runSteps(world, key, ["deactivate", "destroy", "remove"], options);
}

function runSteps(world: World, key: OwnKey, steps: readonly Step["kind"][], options: CallOptions): Promise<Outcome> {
  const plan: Task["plan"] = (observation, run, nowMs): Plan => {
    const next = planProbeEnd(observation, key, run, nowMs);
    return next.kind === "ready" && !steps.includes(next.step.kind) ? { kind: "done" } : next;
  };
  const task = { ref: key.ref, plan, approvals: [], intent: "resume" } as const;
  const work = (): Promise<Outcome> => converge(world, keyKind, task, options);
  const subject = { ...subjectOfKey(key.ref), label: key.label };
  return reportingRun(world, { operation: "probe", subject, work, resultOf }, options);
}

function resultOf(outcome: Outcome) {
  const taken = outcome.memory.taken.map((step) => step.kind);
  const lifecycleState = outcome.kind === "gone" ? "gone" : outcome.observed.observation.stateWord;
  return { lifecycleState, exitCode: 0, taken };
}

/**
 * Throws unless a raw request only reads, or changes the key of this run without ending it. The rows are fixed, so this
 * check never fails in a release; it keeps a new row from touching the key of another person.
 */
export function requireHarmless({ service, method, path, body }: WireRequest, key: OwnKey | undefined): void {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return;
  if (service === "iam" && path === "/identity/token") return;
  if (service === "uko" && key !== undefined) {
    const own = `/managed_keys/${key.ref.keyId}`;
    if (method === "PATCH" && path === own) return;
    const isAction = /^\/(activate|sync_status_in_keystores|update_from_template\?dry_run=true)$/;
    if (method === "POST" && path.startsWith(own) && isAction.test(path.slice(own.length))) return;
    const { label } = Object(body) as { readonly label?: unknown };
    if (method === "POST" && path === "/managed_keys" && label === key.label) return;
  }
  throw new UkoError("UKO_BUG", { detail: `A probe would change more than its own key: ${method} ${service}.` });
}

/** The key that a POST created, found by its label if the response was lost. Throws if none was created. */
async function createdOrFound(
  world: World,
  key: NewKey,
  written: Written<{ readonly snapshot: KeySnapshot }>,
  options: CallOptions,
): Promise<KeySnapshot> {
  switch (written.kind) {
    case "done":
      return written.value.snapshot;
    case "lost":
    case "stale":
      return findByLabel(world, key, options);
    case "forbidden":
      throw new UkoError("UKO_RIGHTS_MISSING", {
        summary: `This identity cannot create a key in vault ${key.vaultId}, so no key was created`,
        detail: `Creating a key requires the role ${sayRoles(rights.create)}. Response of the service: ${plain(written.message)}`,
      });
    case "refused":
      throw new UkoError("UKO_SERVICE_REFUSED", {
        summary: `The service did not create the throw-away key: ${plain(written.message)}`,
        detail: `No key was created.\nCorrelation ID: ${written.correlationId}`,
      });
  }
}

/**
 * Finds the created key by its label, which holds random digits of this run. Labels are unique in a vault (uko-v4.md
 * U10). If the service does not report the creator, the random label alone must suffice.
 */
async function findByLabel(world: World, { vaultId, label = "" }: NewKey, options: CallOptions): Promise<KeySnapshot> {
  const maker = options.signal.aborted ? undefined : (await world.session.actor(options)).writesAs?.iamId;
  for (let reads = 0; reads < maxReads && !options.signal.aborted; reads += 1) {
    if (reads > 0) await world.clock.sleep(pauseMs, options.signal);
    const listed = await world.keys.list({ vaultId, label }, options);
    const found = listed.filter(
      ({ label: shown, createdBy }) =>
        shown === label && (createdBy === undefined || maker === undefined || createdBy === maker),
    );
    if (found.length === 1 && found[0] !== undefined) return found[0];
  }
  throw new UkoError("UKO_RESPONSE_LOST", {
    summary: `It is not known whether the throw-away key "${label}" was created, because the response did not arrive`,
    detail: `It is not in vault ${vaultId} now, so most likely it was not created. If a key with this label appears, it protects nothing.`,
  });
}
