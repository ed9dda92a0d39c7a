/** When a record on a key binds, and why it does not. */

import { describe, expect, it } from "vitest";
import { expiredRecord, type NotBinding, standingOf } from "../../../provider/lifecycle/consent/consent-record.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aKeyWith,
  alice,
  anApprovalOf,
  aRecord,
  bob,
  carol,
  carrying,
  cloudService,
  dayMs,
  digestsOf,
  hourMs,
  nowMs,
  pipeline,
  profile,
  someFacts,
} from "../../support/builders.ts";

/** Each case breaks one condition of a binding record and nothing else. */
describe("standingOf", () => {
  const record = aRecord();
  const why = (over: Partial<KeyObservation>, atMs = nowMs): NotBinding["kind"] | "binds" => {
    const standing = standingOf(aKeyWith(record, over), "deactivate", atMs);
    return standing.binds ? "binds" : standing.why.kind;
  };
  const without = (name: "updatedBy" | "updatedAtMs"): KeyObservation => {
    const { [name]: _dropped, ...rest } = aKeyWith(record);
    return rest;
  };

  it("binds if every condition holds, and returns the expiry", () => {
    expect(standingOf(aKeyWith(record), "deactivate", nowMs)).toEqual({
      binds: true,
      record,
      expiresAtMs: record.writtenAtMs + 7 * dayMs,
    });
  });

  it("does not bind if the service does not return the last writer or the time of the last write", () => {
    expect(standingOf(without("updatedBy"), "deactivate", nowMs)).toEqual({
      binds: false,
      why: { kind: "writer_unknown", record },
    });
    expect(standingOf(without("updatedAtMs"), "deactivate", nowMs)).toEqual({
      binds: false,
      why: { kind: "writer_unknown", record },
    });
  });

  it("returns the last writer and the time, if the writer is not the author", () => {
    expect(standingOf(aKeyWith(record, { updatedBy: carol, updatedAtMs: nowMs }), "deactivate", nowMs)).toEqual({
      binds: false,
      why: { kind: "edited", record, by: carol, atMs: nowMs },
    });
  });

  it.each([
    ["service id", pipeline],
    ["profile", profile],
    ["cloud service", cloudService],
  ])("does not bind for a %s, even as its true author", (_what, author) => {
    const own = aRecord({ author });
    expect(standingOf(aKeyWith(own), "deactivate", nowMs)).toMatchObject({
      binds: false,
      why: { kind: "not_a_person" },
    });
  });

  it.each([
    [-1000, "edited"],
    [-1, "edited"],
    [0, "binds"],
    [2000, "binds"],
    [2001, "edited"],
  ])("compares the last write with the record's time: %i ms apart -> %s", (apartMs, expected) => {
    expect(why({ updatedAtMs: record.writtenAtMs + apartMs })).toBe(expected);
  });

  it("does not bind for the other step, nor for a key that changed", () => {
    expect(standingOf(aKeyWith(record), "destroy", nowMs)).toMatchObject({ binds: false, why: { kind: "other_step" } });
    expect(why({ digests: digestsOf(someFacts({ label: "renamed" })) })).toBe("changed");
  });

  it("distinguishes an expired record from a binding one and from one that does not count", () => {
    const expiresAtMs = record.writtenAtMs + 7 * dayMs;
    expect(expiredRecord(aKeyWith(record), expiresAtMs - 1)).toBeUndefined();
    expect(expiredRecord(aKeyWith(record), expiresAtMs)).toEqual({ kind: "expired", record, atMs: expiresAtMs });
    expect(expiredRecord(aKeyWith(record, { updatedBy: carol }), expiresAtMs)).toBeUndefined();
  });

  it("does not bind for an approval that quotes no request", () => {
    const { quotes: _none, ...approval } = anApprovalOf(record);
    expect(standingOf(aKeyWith(approval), "deactivate", nowMs)).toEqual({
      binds: false,
      why: { kind: "quotes_nothing", record: approval },
    });
  });

  it.each([
    ["deactivate", 7 * dayMs],
    ["destroy", 2 * dayMs],
  ] as const)(
    "binds for an approval to %s until the quoted request is too old, however young the approval is",
    (step, ms) => {
      const request = aRecord({ step, writtenAtMs: nowMs - ms + hourMs });
      const key = aKeyWith(anApprovalOf(request));
      expect(standingOf(key, step, nowMs)).toMatchObject({ binds: true, expiresAtMs: nowMs + hourMs });
      expect(standingOf(key, step, nowMs + hourMs)).toMatchObject({ why: { kind: "expired", atMs: nowMs + hourMs } });
    },
  );

  it("binds for an approval for at most seven days of its own", () => {
    const approval = anApprovalOf(aRecord({ writtenAtMs: nowMs }), { writtenAtMs: nowMs - dayMs });
    expect(standingOf(aKeyWith(approval), "deactivate", nowMs)).toMatchObject({ expiresAtMs: nowMs + 6 * dayMs });
  });

  it("recognizes the author of a compact record by the mark alone", () => {
    const compact = { ...record, author: { mark: alice.mark }, location: "description" as const };
    const key = (updatedBy: typeof alice) => aKeyWith(record, { carried: carrying(compact), updatedBy });
    expect(standingOf(key(alice), "deactivate", nowMs).binds).toBe(true);
    expect(standingOf(key(bob), "deactivate", nowMs).binds).toBe(false);
  });

  it("has one residual: a forged record binds if its named author writes with another tool within 2 s", () => {
    const forgedByMallory = aRecord({ author: alice, writtenAtMs: nowMs });
    const thenAliceEdits = aKeyWith(forgedByMallory, { updatedBy: alice, updatedAtMs: nowMs + 2000 });
    expect(standingOf(thenAliceEdits, "deactivate", nowMs + 20_000).binds).toBe(true);
  });
});
