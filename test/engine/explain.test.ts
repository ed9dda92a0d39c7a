import { describe, expect, it } from "vitest";
import type { KeyDetails } from "../../provider/engine/key/observe.ts";
import { explainDone } from "../../provider/engine/key/status.ts";
import type { Outcome } from "../../provider/engine/key/steps.ts";
import { explainOutcome } from "../../provider/engine/key/text/messages.ts";
import { explainPath } from "../../provider/engine/key/text/remaining-path.ts";
import { renderExplanation } from "../../provider/engine/text/explanation.ts";
import type { NotBinding } from "../../provider/lifecycle/consent/consent-record.ts";
import { holdsIn } from "../../provider/lifecycle/consent/hold.ts";
import type { ApprovalWait, Guard, KeyRun, Plan, RequestWait, Step } from "../../provider/lifecycle/key/plan.ts";
import { guardCodes } from "../../provider/lifecycle/key/plan.ts";
import { rights } from "../../provider/lifecycle/vocabulary/managed-key-states.ts";
import type { KeyObservation } from "../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aDraft,
  aKey,
  aKeystoreStatus,
  aKeyWith,
  alice,
  anActor,
  anActorInProfile,
  aPolicy,
  aRecord,
  aRun,
  aWorkload,
  bob,
  carol,
  dayMs,
  hourMs,
  nowMs,
  pipeline,
  taken,
} from "../support/builders.ts";
import { expectWellFormed, keyInterfaces, renderAll } from "./explanations.ts";

const observed = (observation: KeyObservation): KeyDetails => ({ observation, snapshot: {} as never, etag: "", nowMs });
interface Case {
  readonly key?: KeyObservation;
  readonly run?: Partial<KeyRun>;
  readonly taken?: readonly Step[];
  readonly replaced?: NotBinding;
}

type Ending = Exclude<Plan, { kind: "ready" }>;

function stopped(plan: Ending, { key = aKey(), run = {}, taken: steps = [], replaced }: Case = {}) {
  const memory = { run: aRun({ intent: "resume", ...taken(...steps), ...run }), replaced };
  return { kind: "stopped", plan, observed: observed(key), memory } as const satisfies Outcome;
}

const render = (outcomes: Readonly<Record<string, Exclude<Outcome, { kind: "gone" }>>>): string =>
  renderAll(Object.entries(outcomes), keyInterfaces, explainOutcome);

const destroyed = aKey({ state: "destroyed" });
const unapproved = { step: "destroy", lastWriter: carol, atMs: nowMs - 10 * dayMs } as const;
const deactivated = aKey({ state: "deactivated" });
const request = aRecord();
const { sha256, body } = request;
const writtenAtMs = nowMs - 2 * hourMs;
const quotes = { sha256, body, author: bob, authorName: "Bob Example", writtenAtMs, seal: undefined };
const approved = aRecord({ how: "approval", quotes });
const pending = aKeystoreStatus({ status: "pending_destruction", destructionAtMs: nowMs + 7 * dayMs });

const guards: { readonly [Kind in Guard["guard"]]: readonly [Extract<Guard, { guard: Kind }>, KeyObservation?][] } = {
  held: [
    [{ guard: "held", holds: holdsIn([{ name: "hold", value: "legal until 2027_03_20 ticket L_7 by IBMid_C" }]) }],
    [{ guard: "held", holds: holdsIn([{ name: "hold", value: "owner since 2026_11_01 and legal and court order" }]) }],
  ],
  destruction_unapproved: [
    [{ guard: "destruction_unapproved", unapproved }, destroyed],
    [{ guard: "destruction_unapproved", unapproved, isSync: true }, destroyed],
  ],
  deletion_protection: [[{ guard: "deletion_protection" }]],
  beyond_plan: [
    [{ guard: "beyond_plan", step: "request", allowed: [], excess: "step" }],
    [{ guard: "beyond_plan", step: "destroy", allowed: ["deactivate"], excess: "step" }],
    [{ guard: "beyond_plan", step: "destroy", allowed: ["destroy", "remove"], excess: "record" }],
    [{ guard: "beyond_plan", step: "remove", allowed: ["remove"], excess: "resource" }],
  ],
  retention_policy: [
    [{ guard: "retention_policy", resources: ["crn:v1:one"] }],
    [{ guard: "retention_policy", resources: ["crn:v1:one", "crn:v1:two"] }],
  ],
  use_unreadable: [[{ guard: "use_unreadable", reason: "It responded with 403." }]],
  backing_key_unreadable: [
    [{ guard: "backing_key_unreadable", kmsKeyId: "kms-1", reason: "It responded with 403." }],
    [
      {
        guard: "backing_key_unreadable",
        kmsKeyId: "",
        reason: 'The service does not report the type of keystore "ring".',
      },
    ],
  ],
  backing_key_not_active: [[{ guard: "backing_key_not_active", kmsKeyId: "kms-1", state: "suspended" }]],
  backing_key_remains: [[{ guard: "backing_key_remains", kmsKeyId: "kms-1", state: "active" }, destroyed]],
  keystore_holds_key: [
    [
      {
        guard: "keystore_holds_key",
        keystores: ["ring", "frankfurt", "dublin", "tokyo"].map((name) =>
          aKeystoreStatus({ name, status: "error", syncFlag: "error", error: "no route\u001b[31m to host" }),
        ),
      },
      destroyed,
    ],
  ],
  removal_contradicted: [
    [
      {
        guard: "removal_contradicted",
        contradictions: [
          {
            kind: "no_live_response",
            keystore: { id: "ks-1", name: "aws\u001b[31m-frankfurt", type: "aws_kms" },
            namedBy: ["metadata", "stored_status"],
          },
          {
            kind: "no_live_response",
            keystore: { id: "ks-2", name: "ring", type: "ibm_cloud_kms" },
            namedBy: ["stored_status"],
          },
          { kind: "keystore_without_id", source: "live_status", name: "" },
          { kind: "keystore_without_id", source: "metadata", name: "tokyo" },
        ],
      },
      destroyed,
    ],
    [
      {
        guard: "removal_contradicted",
        contradictions: [{ kind: "material_present", places: ["keystores", "repository"] }],
      },
      destroyed,
    ],
  ],
  status_not_live: [[{ guard: "status_not_live" }, destroyed]],
  compromised: [[{ guard: "compromised", stateWord: "compromised" }, aKey({ state: "compromised" })]],
  state_unrecognized: [[{ guard: "state_unrecognized", stateWord: "quarantined" }, aKey({ state: "unrecognized" })]],
  never_active: [[{ guard: "never_active" }, aKey({ state: "pre_activation" })]],
  persons_unknown: [
    [{ guard: "persons_unknown", missing: "actor" }],
    [{ guard: "persons_unknown", missing: "last_writer" }],
  ],
  kms_setter: [
    [{ guard: "kms_setter", record: request }, deactivated],
    [{ guard: "kms_setter", record: approved }, deactivated],
  ],
  kms_setter_unknown: [[{ guard: "kms_setter_unknown" }, deactivated]],
  kms_window_too_short: [
    [{ guard: "kms_window_too_short", windowEndsAtMs: nowMs + 20 * hourMs }],
    [{ guard: "kms_window_too_short", windowEndsAtMs: undefined }],
  ],
  kms_window_expired: [
    [{ guard: "kms_window_expired", windowEndsAtMs: nowMs - dayMs }, deactivated],
    [{ guard: "kms_window_expired", windowEndsAtMs: undefined }, deactivated],
  ],
  service_refused: [
    [{ guard: "service_refused", step: "destroy", message: "The key is in use." }, deactivated],
    [{ guard: "service_refused", step: "write_record", message: "The key is busy." }],
    [{ guard: "service_refused", step: "set_for_deletion", message: "The key is busy." }],
  ],
  already_destroyed: [
    [{ guard: "already_destroyed", pending: [pending] }, destroyed],
    [{ guard: "already_destroyed", pending: [] }, destroyed],
  ],
  record_binds: [request, approved].map((record) => [{ guard: "record_binds", record }, aKeyWith(record)] as const),
  not_as_reviewed: [[{ guard: "not_as_reviewed", why: { kind: "is_approval", record: approved } }]],
  actor_not_a_person: [
    [{ guard: "actor_not_a_person", actor: aWorkload() }],
    [{ guard: "actor_not_a_person", actor: anActorInProfile() }],
  ],
};

const approval = (over: Partial<ApprovalWait> = {}): ApprovalWait => ({
  kind: "waitingForApproval",
  step: "deactivate",
  callerPosition: "may_approve",
  right: rights.deactivate,
  record: request,
  expiresAtMs: nowMs + 3 * dayMs,
  ...over,
});
const toRequest = (over: Partial<RequestWait> = {}): RequestWait => ({
  kind: "waitingForRequest",
  step: "deactivate",
  callerPosition: "may_ask",
  right: rights.deactivate,
  notBinding: { kind: "none" },
  ...over,
});
const destroyNext = { step: "destroy", right: rights.destroy } as const;
const voids: readonly NotBinding[] = [
  { kind: "none" },
  { kind: "twice" },
  { kind: "unreadable" },
  { kind: "writer_unknown", record: request },
  { kind: "edited", record: request, by: carol, atMs: nowMs - hourMs },
  { kind: "edited", record: request, by: carol, atMs: undefined },
  { kind: "not_a_person", record: aRecord({ author: pipeline, authorName: "pipeline" }) },
  { kind: "other_step", record: request },
  { kind: "changed", record: request },
  { kind: "quotes_nothing", record: aRecord({ how: "approval" }) },
  { kind: "expired", record: request, atMs: nowMs - hourMs },
];

describe("the messages match the golden files", () => {
  it("of refusals", async () => {
    const outcomes = Object.entries(guards).flatMap(([name, cases]) =>
      cases.map(([guard, key], index) => {
        const outcome = stopped({ kind: "refused", guard }, key === undefined ? {} : { key });
        return [`${name} ${index + 1}: ${guardCodes[guard.guard]}`, outcome] as const;
      }),
    );
    await expect(render(Object.fromEntries(outcomes))).toMatchFileSnapshot("../golden/explain/refusals.txt");
  });

  it("of waits for a person", async () => {
    const kmsKey = aKeyWith(request, { backingKeys: [aBackingKey({ dualAuthDelete: true })] });
    const byEngine = aRecord({ how: "engine", reason: "Moved\naway" });
    const destroyRecord = aRecord({ step: "destroy" });
    const late = { ...destroyRecord, writtenAtMs: nowMs - 45 * hourMs };
    const toDestroy = { ...destroyNext, record: destroyRecord, expiresAtMs: nowMs + 7 * dayMs };
    const stored = { record: approved, expiresAtMs: nowMs + 2 * dayMs };
    const text = render({
      "you may request": stopped(toRequest()),
      "an engine deactivated, and requests no destruction": stopped(
        toRequest({
          ...destroyNext,
          notBeforeMs: nowMs + 4 * hourMs,
          notBinding: { kind: "other_step", record: request },
        }),
        { key: aKeyWith(request, { state: "deactivated" }), taken: [{ kind: "deactivate", allowedBy: approved }] },
      ),
      "you may request the destruction of a key that was never active": stopped(toRequest(destroyNext), {
        key: aKey({ state: "pre_activation" }),
      }),
      "a pipeline may not request": stopped(toRequest({ callerPosition: "not_a_person" }), {
        run: { actor: aWorkload() },
      }),
      "in a profile": stopped(toRequest({ callerPosition: "acts_in_a_profile" }), {
        run: { actor: anActorInProfile() },
      }),
      "you requested": stopped(approval({ callerPosition: "wrote_it" }), {
        key: aKeyWith(request),
        run: { actor: anActor(alice) },
        taken: [{ kind: "write_record", draft: aDraft(), marker: "both" }],
      }),
      "you may approve": stopped(approval(), { key: aKeyWith(request) }),
      "a pipeline may not approve": stopped(approval({ callerPosition: "not_a_person" }), {
        key: aKeyWith(request),
        run: { actor: aWorkload() },
      }),
      "requested by an engine": stopped(approval({ record: byEngine }), {
        key: aKeyWith(byEngine, { use: { kind: "known", count: 2, retainedBy: [] } }),
      }),
      "under KMS dual authorization": stopped(approval(), { key: kmsKey }),
      "you stored your approval": stopped(approval({ ...stored, callerPosition: "wrote_it" }), {
        key: aKeyWith(approved),
        run: { actor: anActor(alice) },
      }),
      "a third person": stopped(approval({ ...stored, callerPosition: "not_the_requester" }), {
        key: aKeyWith(approved),
        run: { actor: anActor(carol) },
      }),
      "your request by another credential was approved": stopped(
        approval({ ...stored, callerPosition: "may_confirm" }),
        {
          key: aKeyWith(approved),
          run: { actor: anActor(bob) },
        },
      ),
      "you requested the destruction": stopped(
        approval({ ...toDestroy, callerPosition: "wrote_it", notBeforeMs: nowMs + 4 * hourMs }),
        {
          key: aKeyWith(destroyRecord),
          run: { actor: anActor(alice) },
          taken: [
            { kind: "set_for_deletion", kmsKeyId: "kms-1" },
            { kind: "deactivate", allowedBy: request },
            { kind: "write_record", draft: aDraft({ step: "destroy" }), marker: "both" },
          ],
          replaced: { kind: "edited", record: request, by: alice, atMs: nowMs },
        },
      ),
      "you may approve the destruction": stopped(approval(toDestroy), { key: aKeyWith(destroyRecord) }),
      "too late to store an approval": stopped(approval({ ...toDestroy, record: late }), { key: aKeyWith(late) }),
      "your new request replaced one that expired": stopped(approval({ callerPosition: "wrote_it" }), {
        run: { actor: anActor(alice) },
        replaced: { kind: "expired", record: aRecord({ author: bob }), atMs: nowMs - hourMs },
      }),
    });
    await expect(text).toMatchFileSnapshot("../golden/explain/waits-for-people.txt");
  });

  it("of invalid records", async () => {
    const outcomes = voids.map((notBinding, index) => [
      `${index + 1}: ${notBinding.kind}`,
      stopped(toRequest({ notBinding })),
    ]);
    await expect(render(Object.fromEntries(outcomes))).toMatchFileSnapshot("../golden/explain/void-records.txt");
  });

  it("of waits for time", async () => {
    const statuses = [aKeystoreStatus({ name: "ring" }), aKeystoreStatus({ name: "frankfurt" })];
    const time = (awaits: "cool_down" | "pending_destruction" | "separate_run", untilMs?: number) =>
      ({ kind: "waitingForTime", awaits, keystores: statuses, ...(untilMs !== undefined && { untilMs }) }) as const;
    const record = aRecord({ step: "destroy" });
    const text = render({
      "cooling down": stopped(time("cool_down", nowMs + 3 * hourMs + 12 * 60_000), { key: deactivated }),
      "cooling down, on a request that you approve": stopped(time("cool_down", nowMs + hourMs), {
        key: aKeyWith(record),
        run: { approvals: [record.id], intent: "approve" },
      }),
      "a run of its own": stopped(time("separate_run"), { key: deactivated, taken: [{ kind: "deactivate" }] }),
      "pending destruction": stopped(time("pending_destruction", nowMs + 30 * dayMs), {
        key: destroyed,
        taken: [{ kind: "destroy" }],
      }),
      "pending destruction without a date": stopped(time("pending_destruction"), { key: destroyed }),
    });
    await expect(text).toMatchFileSnapshot("../golden/explain/waits-for-time.txt");
  });

  it("of missing roles, and of records that are not kept", async () => {
    const record = aRecord({ step: "destroy" });
    const unset = { kind: "unset_for_deletion", kmsKeyId: "kms-1" } as const;
    const neverActive = aKey({ state: "pre_activation" });
    const steps: readonly Step[] = [
      { kind: "write_record", draft: aDraft(), marker: "both" },
      { kind: "write_record", draft: aDraft({ how: "approval", quotes }), marker: "both" },
      { kind: "drop_record" },
      { kind: "set_for_deletion", kmsKeyId: "kms-1" },
      unset,
      { kind: "deactivate" },
      { kind: "deactivate", allowedBy: request },
      { kind: "deactivate", allowedBy: approved },
      { kind: "destroy", allowedBy: record },
      { kind: "reactivate" },
      { kind: "remove" },
      { kind: "sync" },
    ];
    const missing = (step: Step, over: Case = {}): Exclude<Outcome, { kind: "gone" }> => ({
      ...stopped({ kind: "done" }, { key: aKeyWith(request), ...over }),
      kind: "rights_missing",
      step,
      message: "not granted",
    });
    const outcomes = steps.map((step, index) => [`${index + 1}: ${step.kind}`, missing(step)]);
    const text = render({
      ...Object.fromEntries(outcomes),
      "the window is taken back, and no record is left": missing(unset, { key: aKey() }),
      "destroy of a key that was never active": missing({ kind: "destroy" }, { key: neverActive }),
      "after a step": missing(steps[0] ?? { kind: "sync" }, { key: deactivated, taken: [{ kind: "deactivate" }] }),
      "in a profile": missing({ kind: "deactivate", allowedBy: request }, { run: { actor: anActorInProfile() } }),
      "not kept": {
        ...stopped({ kind: "done" }),
        kind: "record_not_kept",
        message: "The service did not store the tag",
      },
    });
    await expect(text).toMatchFileSnapshot("../golden/explain/rights.txt");
  });

  it("of finished commands, and of the path", async () => {
    const done = (key: KeyObservation, steps: readonly Step[]): string =>
      renderExplanation(explainDone(observed(key), { run: aRun(taken(...steps)) }));
    const path = (key: KeyObservation, policy = aPolicy()): string =>
      renderExplanation(explainPath(observed(key), policy, aRun()));
    const pendingKey = aKey({ state: "destroyed", keystores: [pending] });
    const texts = [
      done(aKey(), [{ kind: "drop_record" }, { kind: "unset_for_deletion", kmsKeyId: "kms-1" }]),
      done(aKey(), [{ kind: "sync" }]),
      done(aKeyWith(approved), [{ kind: "write_record", draft: aDraft({ how: "approval", quotes }), marker: "both" }]),
      done(aKeyWith(request), []),
      done(destroyed, [{ kind: "destroy" }]),
      done(pendingKey, []),
      path(aKey({ marker: "destroy" }), aPolicy({ people: "destroy" })),
      path(aKey({ marker: "single" }), aPolicy({ people: "single", goal: "destroyed" })),
      path(aKey({ state: "deactivated" }), aPolicy({ deletionProtection: true })),
      path(pendingKey),
      path(aKey({ state: "destroyed", keystores: [aKeystoreStatus({ status: "error", syncFlag: "error" })] })),
      ...(["pre_activation", "compromised"] as const).map((state) => path(aKey({ state }))),
    ];
    await expect(`${texts.join("\n\n")}\n`).toMatchFileSnapshot("../golden/explain/done-and-path.txt");
  });
});

it("no message repeats a sentence, stops in the middle, or contains control characters", () => {
  const outcomes = [
    ...Object.values(guards)
      .flat()
      .map(([guard, key = aKey()]) => stopped({ kind: "refused", guard }, { key })),
    ...voids.map((notBinding) => stopped(toRequest({ notBinding }))),
  ];
  for (const explanation of outcomes.map((outcome) => explainOutcome(outcome, { rerun: "uko continue" }))) {
    expectWellFormed(explanation);
    expect(explanation.code).toMatch(/^UKO_/);
  }
});
