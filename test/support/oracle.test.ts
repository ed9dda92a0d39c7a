import { describe, expect, it } from "vitest";
import type { JudgeOptions, TrailEntry, ViolationKind } from "./oracle.ts";
import {
  ahead,
  alice,
  approvalBy,
  bob,
  carol,
  consent,
  type Draft,
  deactivate,
  destroy,
  kinds,
  leaving,
  ofAlice,
  pipeline,
  profile,
  required,
  touch,
  trail,
  writtenAt,
} from "./trails.ts";

describe("the oracle accepts", () => {
  it.each(["tag", "compact"] as const)("a step by one person on another's record, carried as %s", (location) => {
    expect(kinds(trail(consent({ author: bob, location }), deactivate(alice)))).toEqual([]);
  });

  it("both steps, each with a pair of its own", () => {
    const hours = 5 * 3_600_000;
    const entries = trail(
      consent({ author: bob }),
      deactivate(alice),
      consent({ author: alice, step: "destroy", atMs: 2_000 }),
      destroy(bob, hours),
      { operation: "deleteManagedKey", caller: bob, detail: { materialIn: [] } },
    );
    expect(kinds(entries)).toEqual([]);
  });

  it("an approval over a request, and the step by the requester", () => {
    expect(kinds(trail(ofAlice, approvalBy(bob), deactivate(alice, 2_000)))).toEqual([]);
  });

  it("a destroy on an approval until the request is 48 hours old", () => {
    const request = consent({ author: alice, step: "destroy" });
    const approval = approvalBy(bob, { step: "destroy", of: request });
    expect(kinds(trail(request, approval, destroy(alice, 2 * 86_400_000 - 1_000)))).toEqual([]);
  });

  it("an engine's request of a deactivation, and a person's request of a destruction", () => {
    const entries = trail(
      consent({ author: bob, how: "engine" }),
      deactivate(alice),
      consent({ author: alice, step: "destroy", atMs: 2_000 }),
    );
    expect(kinds(entries)).toEqual([]);
  });

  it("an approval that arrived too late, and was written again", () => {
    const late: Draft = { ...approvalBy(bob), ...writtenAt(5_000, approvalBy(bob)) };
    const again = approvalBy(bob, { atMs: 7_000 });
    expect(kinds(trail(ofAlice, late, again, deactivate(alice, 9_000)))).toEqual([]);
  });

  it("a person in a profile as actor", () => {
    expect(kinds(trail(consent({ author: bob }), { ...deactivate(profile), authn: alice }))).toEqual([]);
  });

  it("reads, refused steps and calls to the backing key between record and step", () => {
    const entries = trail(
      consent({ author: bob }),
      { operation: "getManagedKey", effect: false },
      { operation: "deactivateManagedKey", caller: bob, effect: false, status: 403 },
      { operation: "setKeyForDeletion", caller: alice },
      deactivate(alice),
    );
    expect(kinds(entries)).toEqual([]);
  });

  it("a deactivation on one's own record under the gate destroy", () => {
    expect(kinds(trail(consent({ author: bob }), deactivate(bob)), { required: true, gate: "destroy" })).toEqual([]);
  });

  it("a lone step where dual authorization does not apply", () => {
    expect(kinds(trail(deactivate(bob)), { required: false, gate: "both" })).toEqual([]);
  });

  it("a withdrawal of a binding record", () => {
    expect(
      kinds(trail(consent({ author: bob }), { operation: "updateManagedKey", caller: bob, after: leaving("active") })),
    ).toEqual([]);
  });
});

describe("the oracle finds", () => {
  it.each<[string, readonly TrailEntry[], readonly ViolationKind[]]>([
    ["a step without any record", trail(deactivate(alice)), ["no-consent"]],
    ["a step on one's own record", trail(consent({ author: alice }), deactivate(alice)), ["own-consent"]],
    ["a destroy whose response was lost", trail({ ...destroy(alice), status: 200 }), ["no-consent"]],
    [
      "a record for the other step",
      trail(consent({ author: bob, step: "destroy", state: "active" }), deactivate(alice)),
      ["other-step"],
    ],
    [
      "a deactivation taken as an approval of the destruction",
      trail(consent({ author: bob }), deactivate(alice), destroy(alice)),
      ["no-consent"],
    ],
    [
      "a record that is 7 days old",
      trail(consent({ author: bob }), deactivate(alice, 7 * 86_400_000)),
      ["consent-too-old"],
    ],
    [
      "a record that names another author than its writer",
      trail(consent({ author: bob, writer: alice }), deactivate(alice)),
      ["no-consent"],
    ],
    [
      "a record of another time than its write",
      trail(
        {
          ...consent({ author: bob }),
          after: { ...leaving("active"), tags: consent({ author: bob, atMs: -60_000 }).after?.tags ?? [] },
        },
        deactivate(alice),
      ),
      ["no-consent"],
    ],
    [
      "a record in both locations",
      trail(consent({ author: bob, location: "both" }), deactivate(alice)),
      ["no-consent"],
    ],
    ["a service as author", trail(consent({ author: pipeline }), deactivate(alice)), ["no-consent"]],
    ["a profile as author", trail({ ...consent({ author: profile }), authn: bob }, deactivate(alice)), ["no-consent"]],
    ["a service as actor", trail(consent({ author: bob }), deactivate(pipeline)), ["not-a-person"]],
    [
      "the author acting through a profile",
      trail(consent({ author: bob }), { ...deactivate(profile), authn: bob }),
      ["own-consent"],
    ],
    [
      "a sync between record and step",
      trail(
        consent({ author: bob }),
        { operation: "syncStatusInKeystores", caller: bob, after: leaving("active") },
        deactivate(alice),
      ),
      ["no-consent"],
    ],
    [
      "an unreadable record",
      trail(
        { ...consent({ author: bob }), after: { ...leaving("active"), tags: [{ name: "uko_deletion", value: "zz" }] } },
        deactivate(alice),
      ),
      ["no-consent"],
    ],
    [
      "force, even where it was refused",
      trail({ operation: "deleteManagedKey", query: "?force=true", effect: false, status: 409 }),
      ["force"],
    ],
    ["a purge", trail({ operation: "purgeKmsKey", effect: false, status: 401 }), ["purge"]],
    ["a backing key deleted behind UKO", trail({ operation: "deleteKmsKey" }), ["kms-delete"]],
    [
      "a record removed while material remains",
      trail({ operation: "deleteManagedKey", detail: { materialIn: ["aws"] } }),
      ["removed-with-material"],
    ],
    [
      "a second request over a binding one",
      trail(consent({ author: bob }), consent({ author: alice, atMs: 60_000 })),
      ["request-over-binding"],
    ],
    [
      "an approval of an approval",
      trail(ofAlice, approvalBy(bob), consent({ author: alice, how: "approval", of: approvalBy(bob), atMs: 60_000 })),
      ["request-over-binding"],
    ],
    [
      "an approval of one's own request",
      trail(ofAlice, approvalBy(alice), deactivate(alice, 2_000)),
      ["request-over-binding", "no-consent"],
    ],
    [
      "an approval of a request for the other step",
      trail(consent({ author: alice, step: "destroy", state: "active" }), approvalBy(bob), deactivate(alice, 2_000)),
      ["no-consent"],
    ],
    [
      "an approval of a request for another key than it is now",
      trail(consent({ author: alice, digest: "e".repeat(32) }), approvalBy(bob), deactivate(alice, 2_000)),
      // The approval also replaces a request that still binds.
      ["request-over-binding", "no-consent"],
    ],
    ...(
      [
        ["another request", { i: "0".repeat(64) }],
        ["another requester", { a: carol }],
        ["another time", { t: 1 }],
      ] as const
    ).map(([what, quote]): [string, readonly TrailEntry[], readonly ViolationKind[]] => [
      `an approval that quotes ${what}`,
      trail(ofAlice, approvalBy(bob, { quote }), deactivate(alice, 2_000)),
      ["request-over-binding", "no-consent"],
    ]),
    [
      "an approval that quotes nothing",
      trail(ofAlice, consent({ author: bob, how: "approval", atMs: 1_000 }), deactivate(alice, 2_000)),
      ["request-over-binding", "no-consent"],
    ],
    [
      "a third person who acts on an approval",
      trail(ofAlice, approvalBy(bob), deactivate(carol, 2_000)),
      ["not-the-requester"],
    ],
    [
      "the approver who acts on their own approval",
      trail(ofAlice, approvalBy(bob), deactivate(bob, 2_000)),
      ["own-consent"],
    ],
    [
      "a destroy on an approval of a request that is 48 hours old",
      trail(
        consent({ author: alice, step: "destroy" }),
        approvalBy(bob, { step: "destroy", of: consent({ author: alice, step: "destroy" }) }),
        destroy(alice, 2 * 86_400_000),
      ),
      ["consent-too-old"],
    ],
    [
      "an approval of a request that is 7 days old",
      trail(ofAlice, approvalBy(bob, { atMs: 7 * 86_400_000 }), deactivate(alice, 7 * 86_400_000 + 1_000)),
      ["no-consent"],
    ],
    [
      "an engine that requests a destruction",
      trail(consent({ author: bob, how: "engine", step: "destroy" }), destroy(alice)),
      ["engine-asked"],
    ],
    [
      "an engine that requests a destruction in the description",
      trail(consent({ author: bob, how: "engine", step: "destroy", location: "compact" }), destroy(alice)),
      ["engine-asked"],
    ],
    [
      "an approval that arrived too late, and was not written again",
      trail(ofAlice, { ...approvalBy(bob), ...writtenAt(5_000, approvalBy(bob)) }, deactivate(alice, 9_000)),
      ["no-consent"],
    ],
    ["an approval of a request that nobody made", trail(approvalBy(bob), deactivate(alice, 2_000)), ["no-consent"]],
    [
      "a record that is written before its own time",
      trail({ ...ahead, ...writtenAt(2_000, ahead) }, deactivate(alice, 4_000)),
      ["no-consent"],
    ],
    [
      "a record that is written more than 2 s after its own time",
      trail({ ...consent({ author: bob }), ...writtenAt(3_000) }, deactivate(alice, 4_000)),
      ["no-consent"],
    ],
  ])("%s", (_, entries, expected) => {
    expect(kinds(entries)).toEqual(expected);
  });

  it("an approval's author who acts on it under the gate destroy", () => {
    const options: JudgeOptions = { required: true, gate: "destroy" };
    expect(kinds(trail(ofAlice, approvalBy(bob), deactivate(bob, 2_000)), options)).toEqual(["own-consent"]);
  });

  it("a destroy on one's own record under either gate", () => {
    const entries = trail(consent({ author: bob, step: "destroy" }), destroy(bob));
    expect(kinds(entries, { required: true, gate: "destroy" })).toEqual(["own-consent"]);
  });

  it("a service that acts where dual authorization does not apply, if asked to", () => {
    const options: JudgeOptions = { required: false, gate: "both", flagServices: true };
    expect(kinds(trail(deactivate(pipeline)), options)).toEqual(["not-a-person"]);
  });
});

it("an outsider's write voids a record without being judged itself", () => {
  const edit: Draft = { ...consent({ author: bob }), caller: alice, afterMs: 60_000, userAgent: "console" };
  const options: JudgeOptions = { ...required, isOutsider: (entry) => entry.userAgent === "console" };
  expect(kinds(trail(consent({ author: bob }), edit, deactivate(alice, 61_000)), options)).toEqual(["no-consent"]);
});

describe("a text counts only for the caller whose PATCH brought it:", () => {
  const inBobsName = consent({ author: bob, writer: carol });
  const approvalInBobsName = consent({ author: bob, writer: carol, how: "approval" });
  const convicted: readonly ViolationKind[] = ["record-carried-along", "no-consent"];

  it.each<[string, Draft, string]>([
    ["a request that Carol planted, and a PATCH by Bob that copies the tags", inBobsName, "updateManagedKey"],
    [
      "an approval that Carol planted without any request, and a PATCH by Bob that copies the tags",
      approvalInBobsName,
      "updateManagedKey",
    ],
    [
      "a request that Carol planted, and a sync by Bob that makes him the last writer",
      inBobsName,
      "syncStatusInKeystores",
    ],
    ["a request that Carol planted, and an activation by Bob", inBobsName, "activateManagedKey"],
    ["a request that Carol planted, and a rotation by Bob", inBobsName, "rotateManagedKey"],
    ["a request that Carol planted, and an alignment by Bob", inBobsName, "updateManagedKeyFromTemplate"],
    [
      "a request that Carol planted in the description",
      consent({ author: bob, writer: carol, location: "compact" }),
      "updateManagedKey",
    ],
  ])("%s", (_, planted, operation) => {
    const entries = trail(planted, touch(planted, bob, 1_000, operation), deactivate(carol, 60_000));
    expect(kinds(entries)).toEqual(convicted);
  });

  it("a PATCH of Bob's that moves the planted text from tag to description brings nothing", () => {
    const moved = consent({ author: bob, location: "compact" });
    const entries = trail(inBobsName, touch(moved, bob, 1_000), deactivate(carol, 60_000));
    expect(kinds(entries)).toEqual(convicted);
  });

  it("a planted request is not there to be approved", () => {
    const entries = trail(inBobsName, approvalBy(carol, { of: inBobsName }), deactivate(bob, 2_000));
    expect(kinds(entries)).toEqual(["no-consent"]);
  });

  it("a planted approval does not count over a request that counts", () => {
    const planted = approvalBy(bob, { writer: carol });
    const entries = trail(ofAlice, planted, touch(planted, bob, 2_000), deactivate(alice, 60_000));
    expect(kinds(entries)).toEqual(["request-over-binding", ...convicted]);
  });

  it("a void record carried along by a PATCH is a fault also where no step follows", () => {
    expect(kinds(trail(inBobsName, touch(inBobsName, alice, 60_000)))).toEqual(["record-carried-along"]);
  });

  it("a binding record carried along by another person's PATCH", () => {
    const own = consent({ author: bob });
    expect(kinds(trail(own, touch(own, alice, 60_000)))).toEqual(["record-carried-along"]);
  });

  it("a step on a void record is no reason to keep it", () => {
    const step: Draft = { ...touch(inBobsName, alice, 60_000, "deactivateManagedKey") };
    expect(kinds(trail(inBobsName, step), { required: false, gate: "both" })).toEqual(["record-carried-along"]);
  });

  it("a sync of a destroyed key may leave a record, because nothing can be done with that key", () => {
    const left: Draft = { ...touch(inBobsName, alice, 60_000, "syncStatusInKeystores") };
    const destroyed = { ...left, ...(left.after !== undefined && { after: { ...left.after, state: "destroyed" } }) };
    expect(kinds(trail(inBobsName, destroyed))).toEqual([]);
  });

  it("the step that acts on a record keeps it", () => {
    const own = consent({ author: bob });
    expect(kinds(trail(own, touch(own, alice, 60_000, "deactivateManagedKey")))).toEqual([]);
  });

  it("an outsider's touch is not judged, and still makes nothing count", () => {
    const touched: Draft = { ...touch(inBobsName, bob, 1_000), userAgent: "console" };
    const options: JudgeOptions = { ...required, isOutsider: (entry) => entry.userAgent === "console" };
    expect(kinds(trail(inBobsName, touched, deactivate(carol, 60_000)), options)).toEqual(["no-consent"]);
  });

  it("a text that was taken off and put back by its author counts again", () => {
    const own = consent({ author: bob });
    const off: Draft = { operation: "updateManagedKey", caller: carol, after: leaving("active"), afterMs: 500 };
    expect(kinds(trail(own, off, { ...own, ...writtenAt(1_000, own) }, deactivate(alice, 60_000)))).toEqual([]);
  });

  it("a tag that the service does not take off is not carried along", () => {
    const left = touch(inBobsName, alice, 60_000);
    expect(kinds(trail(inBobsName, left), { ...required, ignoresTags: true })).toEqual([]);
  });
});
