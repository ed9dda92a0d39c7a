/** The rule of two people, run by run: who requests, who approves, whose run acts, and what each run leaves behind. */

import { describe, expect, test } from "vitest";
import type { Report } from "../../../provider/engine/loop/report.ts";
import type { KeyRef } from "../../../provider/engine/ports/world.ts";
import { renderExplanation } from "../../../provider/engine/text/explanation.ts";
import { noSeal } from "../../../provider/lifecycle/consent/record-text.ts";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import {
  approve,
  approveAndRequest,
  options,
  type Person,
  type PersonsRun,
  unfinished,
  useEngineWorld,
} from "../harness.ts";

const uko = useEngineWorld();

const atOnce = { budgetMs: 0 };
const goOn = (who: Person | PersonsRun, ref: KeyRef, confirmed?: string): Promise<Report> =>
  (typeof who === "string" ? uko.run(who) : who).operations.continue(ref, confirmed, atOnce, options);
const status = (who: Person, ref: KeyRef): Promise<Report> => uko.run(who).operations.status(ref, options);
/** Bob's run with a token, or with another API key than that of his request. */
const bobWithoutSeal = (): PersonsRun =>
  uko.run("bob", { wrap: (world) => ({ ...world, session: { ...world.session, ownSeal: noSeal } }) });

async function made(inputs = {}): Promise<{ state: ManagedKeyState; ref: KeyRef }> {
  const state = await uko.make(inputs);
  return { state, ref: uko.ref(state.keyId) };
}

/** A key that was deactivated 5 h ago, whose destruction Bob requested and Alice approved, for Bob's next run. */
async function approvedDestruction(request = uko.run("bob")): Promise<{ state: ManagedKeyState; ref: KeyRef }> {
  const { state, ref } = await made();
  await uko.run("bob").operations.request(ref, undefined, options);
  await uko.advance("60s");
  await approve(uko.run("alice"), ref);
  await uko.advance("5h");
  await request.operations.request(ref, undefined, options);
  await uko.advance("60s");
  await approve(uko.run("alice"), ref, { stores: true });
  await uko.advance("60s");
  return { state, ref };
}

describe("an engine", () => {
  test("requests a deactivation, and no destruction of a key in any state", async () => {
    const unused = await made({ label: "draft", template: "payroll-draft" });
    const active = await made();
    const since = await uko.lastSeq();
    const { code, message } = await unfinished(uko.run("bob").handlers, unused.state);
    expect(code).toBe("UKO_REQUEST_PENDING");
    expect(message).toContain("waiting for a person to request its destruction");
    expect(message).toContain("uko request draft");
    expect(await uko.effects(since)).toEqual([]);

    await unfinished(uko.run("bob").handlers, active.state);
    await uko.advance("60s");
    await approve(uko.run("alice"), active.ref);
    const after = await uko.lastSeq();
    for (const wait of ["60s", "5h"]) {
      await uko.advance(wait);
      for (const who of ["bob", "alice", "carol"] as const) {
        const outcome = await unfinished(uko.run(who).handlers, active.state);
        expect(outcome).toMatchObject({ code: "UKO_REQUEST_PENDING", facts: { awaits: "request", taken: [] } });
      }
    }
    expect(await uko.effects(after)).toEqual([]);
  });

  test("that deactivates on an approval requests nothing more, and says what a person has to request", async () => {
    const { state, ref } = await made();
    await unfinished(uko.run("alice").handlers, state);
    await uko.advance("60s");
    await approve(uko.run("bob"), ref, { stores: true });
    await uko.advance("60s");
    const since = await uko.lastSeq();
    const outcome = await unfinished(uko.run("alice").handlers, state);
    expect(outcome).toMatchObject({ code: "UKO_REQUEST_PENDING", facts: { lifecycleState: "cooling_down" } });
    expect(outcome.message).toContain("This run deactivated the key.");
    expect(await uko.effects(since)).toEqual(["deactivateManagedKey"]);
    await uko.expectNobodyAlone();
  });

  test("never acts on a stored approval of another person's request, and neither does the approver", async () => {
    const { state } = await approvedDestruction();
    const since = await uko.lastSeq();
    for (const who of ["alice", "carol", "dave", "pipeline"] as const) {
      const outcome = await uko.run(who).handlers.delete(state, options);
      expect(outcome, who).toMatchObject({ kind: "unfinished", code: "UKO_APPROVAL_PENDING" });
    }
    expect(await uko.effects(since)).toEqual([]);
    expect(await unfinished(uko.run("bob").handlers, state)).toMatchObject({ code: "UKO_DESTRUCTION_PENDING" });
    await uko.expectNobodyAlone();
  });
});

describe("an approval", () => {
  test("has one effect: it deactivates, and requests no destruction", async () => {
    const { ref } = await made();
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    const since = await uko.lastSeq();
    expect(await approve(uko.run("alice"), ref)).toMatchObject({ taken: ["deactivate"] });
    expect(await uko.effects(since)).toEqual(["deactivateManagedKey"]);
    expect(await status("erin", ref)).toMatchObject({ deletion: { awaits: "request" } });
  });

  test("of a destruction can be given by the requester of the deactivation", async () => {
    const { ref } = await made();
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    await approveAndRequest(uko.run("alice"), ref);
    await uko.advance("5h");
    expect(await approve(uko.run("bob"), ref)).toMatchObject({ taken: ["destroy"] });
    await uko.expectNobodyAlone();
  });
});

describe("a stored approval of a request that another credential made", () => {
  test("waits for its requester, who confirms the request by hand", async () => {
    const { state, ref } = await approvedDestruction();
    const since = await uko.lastSeq();
    const waiting = await goOn(bobWithoutSeal(), ref);
    expect(waiting).toMatchObject({
      code: "UKO_APPROVAL_PENDING",
      deletion: { awaits: "requester", isUnconfirmed: true },
      taken: [],
    });
    expect(renderExplanation(waiting.explanation)).toContain("uko cannot verify that you made the request");
    expect(await unfinished(bobWithoutSeal().handlers, state)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
    expect(await goOn(bobWithoutSeal(), ref, "0".repeat(32))).toMatchObject({ taken: [] });
    expect(await uko.effects(since)).toEqual([]);
    expect(await goOn(bobWithoutSeal(), ref, waiting.deletion.recordId)).toMatchObject({ taken: ["destroy"] });
    await uko.expectNobodyAlone();
  });

  test("counts for no other person who confirms it, its author included", async () => {
    const { ref } = await approvedDestruction();
    const { recordId } = (await status("erin", ref)).deletion;
    const since = await uko.lastSeq();
    for (const who of ["alice", "carol", "dave", "pipeline"] as const) {
      expect(await goOn(who, ref, recordId), who).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
    }
    expect(await uko.effects(since)).toEqual([]);
  });

  test("is not sealed by a request without an API key, even for a later run with one", async () => {
    const { ref } = await approvedDestruction(bobWithoutSeal());
    expect(await goOn("bob", ref)).toMatchObject({ deletion: { isUnconfirmed: true }, taken: [] });
  });

  test("is not waited for in a run of the requester, whom no other person can help", async () => {
    const { ref } = await approvedDestruction();
    const bob = bobWithoutSeal();
    await bob.operations.continue(ref, undefined, { budgetMs: 3_600_000 }, options);
    expect(bob.sleeps).toEqual([]);
  });
});

test("a request cannot be confirmed into an approval: continue takes no step on the caller's own request", async () => {
  const { ref } = await made();
  const { deletion } = await uko.run("carol").operations.request(ref, undefined, options);
  await uko.advance("60s");
  expect(await goOn("carol", ref, deletion.recordId)).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
});

describe("the time of the deactivation", () => {
  /** Until when the key cools down, as a person without a part in the deletion sees it. */
  const coolsUntil = async (ref: KeyRef): Promise<string | undefined> => (await status("erin", ref)).deletion.notBefore;

  test("is known from the used request, from the next request, and from the note that a withdrawal leaves", async () => {
    const { state, ref } = await made();
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    await approve(uko.run("alice"), ref);
    const until = await coolsUntil(ref);
    expect(until).toMatch(/^2026-11-24T18:2\d:\d\dZ$/);
    expect(await uko.tagNames(state)).toContain("uko_deletion");

    await uko.advance("1h");
    await uko.run("bob").operations.request(ref, undefined, options);
    expect(await coolsUntil(ref)).toBe(until);
    await uko.advance("10m");
    await uko.run("alice").operations.withdraw(ref, options);
    expect(await uko.tagNames(state)).not.toContain("uko_deletion");
    expect(await coolsUntil(ref)).toBe(until);

    // There is no second cool-down.
    await uko.advance("3h");
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    expect(await approve(uko.run("carol"), ref)).toMatchObject({ taken: ["destroy"] });
    await uko.expectNobodyAlone();
  });

  test("is not known from the note of a deactivation that was undone", async () => {
    const { ref } = await made();
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    await approveAndRequest(uko.run("alice"), ref);
    await uko.run("alice").operations.reactivate(ref, options);
    await uko.advance("6h");
    await uko.test.as("alice").step(ref.keyId, "deactivate");
    await uko.advance("60s");
    expect(await coolsUntil(ref)).toBeUndefined();
  });
});
