/**
 * Texts that are not in a record's tag: the release of a legal hold in a colleague's name, a record in a description,
 * and texts that could move the next record out of its tag.
 */

import { beforeEach, describe, expect, test } from "vitest";
import { observeKey } from "../../provider/engine/key/observe.ts";
import { standingOf } from "../../provider/lifecycle/consent/consent-record.ts";
import { digestText } from "../../provider/lifecycle/consent/digest.ts";
import { encodeCompact } from "../../provider/lifecycle/consent/record-text.ts";
import { checked, inputsOf, options, type Person, useEngineWorld, withKeys } from "../engine/harness.ts";
import { identityOf, sha256 } from "../support/builders.ts";

const uko = useEngineWorld();
const by = (who: Person) => uko.run(who).operations;

/** A tag value has 4,096 bytes. Numbers such as these are five times as long when they are written again. */
const growing = Array.from({ length: 700 }, () => "1e20").join(",");
const hexOf = (text: string): string => Buffer.from(text).toString("hex");
const plant = (keyId: string, name: string, value: string) =>
  uko.test.as("carol").patch(keyId, { tags: [{ name, value }] });

async function look(keyId: string) {
  const seen = await observeKey(uko.run("carol").world, uko.ref(keyId), "summary", options);
  if (seen.kind === "gone") throw new Error("the key is gone");
  return seen;
}

describe("a record in Bob's name, planted in the second in which he creates the key", () => {
  beforeEach(() => {
    uko.test.emulator.world.clock.tickMs = 0;
  });

  test("does not count after his second write, which sets the dates", async () => {
    const dates = { expirationDate: "2027-12-31" };
    const wrap = withKeys((keys) => ({
      async create(...call) {
        const made = await keys.create(...call);
        if (made.kind !== "done") throw new Error("not created");
        const { keyId } = made.value.snapshot;
        const { observation, snapshot, nowMs } = await look(keyId);
        const digest = sha256(digestText({ ...observation.facts, ...dates }, "deactivate")).slice(0, 32);
        const author = identityOf("IBMid-550000BOB");
        const draft = { step: "deactivate", writtenAtMs: nowMs, digest, author, how: "command" } as const;
        const text = encodeCompact({ ...draft, deactivatedAtMs: undefined, reason: undefined }, "both");
        const description = `${snapshot.description}\n${text}`;
        expect((await uko.test.as("carol").patch(keyId, { description })).status).toBe(200);
        return made;
      },
    }));
    const { handlers } = uko.run("bob", { wrap });
    const { state } = await handlers.create(checked(handlers, inputsOf({ label: "fresh", ...dates })), options);
    const { observation, nowMs, snapshot } = await look(state.keyId);
    expect(snapshot.expirationDate).toBe("2027-12-31");
    expect(standingOf(observation, "deactivate", nowMs).binds).toBe(false);
  });
});

describe("texts of Carol that could move Bob's next record out of its tag", () => {
  const reason = "Closed in 2024";
  const request = (keyId: string) => by("bob").request(uko.ref(keyId), reason, options);

  test("a marker in the description of a key without tags does not: reason and seal stay on the key", async () => {
    const { keyId } = await uko.make({ description: "Salaries" });
    const planted = { tags: [], description: "Salaries\n[uko1b]" };
    expect((await uko.test.as("carol").patch(keyId, planted)).status).toBe(200);
    await uko.advance("1h");
    expect(await request(keyId)).toMatchObject({ exitCode: 0 });
    const { observation, snapshot } = await look(keyId);
    expect(snapshot.description).toBe("Salaries");
    expect(observation.carried.record).toMatchObject({ location: "tag", reason, seal: expect.any(String) });
  });

  test("tags that leave no room do not: the request is refused", async () => {
    const { keyId } = await uko.make();
    const tags = Array.from({ length: 127 }, (_, at) => ({ name: `t${at}`, value: "x" }));
    expect((await uko.test.as("carol").patch(keyId, { tags })).status).toBe(200);
    await uko.advance("1h");
    const { code, taken, explanation } = await request(keyId);
    expect({ code, taken }).toEqual({ code: "UKO_RECORD_NOT_KEPT", taken: [] });
    expect(explanation.facts.join(" ")).toContain("128 tags");
    expect((await look(keyId)).observation.carried.kind).toBe("none");
  });

  test("a note that grows when it is written again does not", async () => {
    const { keyId } = await uko.make({ description: "Salaries" });
    const release = { h: "owner", b: "IBMid-550000ALICE", t: 1_700_000_000, w: "Sold" };
    const note = hexOf(`{"v":1,"h":[${JSON.stringify(release)},[${growing}]]}`);
    expect((await plant(keyId, "uko_note", note)).status).toBe(200);
    await uko.advance("1h");
    expect(await request(keyId)).toMatchObject({ exitCode: 0 });
    const { observation, snapshot } = await look(keyId);
    expect(snapshot.description).toBe("Salaries");
    expect(observation.carried.record).toMatchObject({ location: "tag", reason });
    expect(observation.releasedHolds).toMatchObject([{ hold: "owner", reason: "Sold" }]);
  });
});

describe("a planted record whose note is longer than a tag", () => {
  test.each([
    { title: "has a setter that grows", record: `{"k":[${growing}]}` },
    { title: "has a time that grows", record: `{"x":[${growing}]}` },
  ])("does not keep a hold from the key: it $title", async ({ record }) => {
    const { keyId } = await uko.make();
    expect((await plant(keyId, "uko_deletion", hexOf(record))).status).toBe(200);
    await uko.advance("1h");
    const hold = { kind: "legal", until: undefined, ticket: "L-7" } as const;
    const held = await by("alice").hold(uko.ref(keyId), { kind: "hold", hold }, options);
    expect(held).toMatchObject({ kind: "changed" });
    expect((await look(keyId)).observation).toMatchObject({ holds: [{ kind: "legal" }], carried: { kind: "none" } });
  });

  test("does not keep a hold from a key with a note of releases", async () => {
    const { keyId } = await uko.make();
    const release = { h: "owner", b: "IBMid-550000ALICE", t: 1_700_000_000, w: "Sold" };
    const planted = [
      { name: "uko_note", value: hexOf(`{"v":1,"h":[${JSON.stringify(release)},"${"x".repeat(3900)}"]}`) },
      { name: "uko_deletion", value: hexOf(`{"x":1700000000,"k":"${"y".repeat(200)}"}`) },
    ];
    expect((await uko.test.as("carol").patch(keyId, { tags: planted })).status).toBe(200);
    await uko.advance("1h");
    const hold = { kind: "legal", until: undefined, ticket: "L-7" } as const;
    expect(await by("alice").hold(uko.ref(keyId), { kind: "hold", hold }, options)).toMatchObject({ kind: "changed" });
    expect((await look(keyId)).observation.releasedHolds).toMatchObject([{ hold: "owner", reason: "Sold" }]);
  });
});
