/**
 * Carol changes what an approver reads of Alice's request. Her text is void, because she wrote last. Then Alice writes
 * to the key with another tool in the same second, and the text seems to be Alice's. Bob approves what he reads, and
 * stores the approval. The seal covers all that he read, so Alice's next run does not act on words that are not hers.
 */

import { describe, expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { approve, options, type Person, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();
const by = (who: Person) => uko.run(who).operations;

type Body = Readonly<Record<string, unknown>>;
/** In this order uko writes the fields of a record. */
const order = ["v", "s", "t", "d", "a", "n", "h", "c", "m", "g", "q", "x", "k", "p", "w", "e"];
const encode = (body: Body): string =>
  Buffer.from(JSON.stringify(Object.fromEntries(order.map((name) => [name, body[name]])))).toString("hex");

async function bodyOn({ keyId }: ManagedKeyState): Promise<Body> {
  const { tags } = (await uko.test.as("carol").key(keyId)).body;
  const value = tags.find(({ name }) => name === "uko_deletion")?.value ?? "";
  return JSON.parse(Buffer.from(value, "hex").toString("utf8")) as Body;
}

async function put({ keyId }: ManagedKeyState, body: Body): Promise<void> {
  const { tags } = (await uko.test.as("carol").key(keyId)).body;
  const others = tags.filter(({ name }) => name !== "uko_deletion");
  const changed = [...others, { name: "uko_deletion", value: encode(body) }];
  expect((await uko.test.as("carol").patch(keyId, { tags: changed })).status).toBe(200);
}

/** Alice requests; Carol changes the request; Alice writes the same label with another tool; Bob stores an approval. */
async function approved(change: (body: Body) => Body): Promise<ManagedKeyState> {
  const state = await uko.make();
  uko.test.emulator.world.clock.tickMs = 0;
  await by("alice").request(uko.ref(state.keyId), "Closed in 2024", options);
  await put(state, change(await bodyOn(state)));
  expect((await uko.test.as("alice").patch(state.keyId, { label: "payroll" })).status).toBe(200);
  await uko.advance("1m");
  await approve(uko.run("bob"), uko.ref(state.keyId), { stores: true });
  await uko.advance("1m");
  return state;
}

async function takenBy(who: Person, state: ManagedKeyState): Promise<readonly string[]> {
  const before = await uko.lastSeq();
  await uko.run(who).handlers.delete(state, options);
  return (await uko.effects(before)).filter(
    (effect) => effect === "deactivateManagedKey" || effect === "destroyManagedKey",
  );
}

test("Alice's next run acts on an approval of a request that no person changed", async () => {
  expect(await takenBy("alice", await approved((body) => body))).toEqual(["deactivateManagedKey"]);
});

const earlier = [{ a: "IBMid-550000BOB", n: "Bob", w: "I agree" }];
describe("a request of Alice with a change by Carol: Alice's next run does not act", () => {
  test.each<[string, (body: Body) => Body]>([
    ["another reason", (body) => ({ ...body, w: "Data is copied elsewhere" })],
    ["another name", (body) => ({ ...body, n: "Alice of the board" })],
    ["an earlier reason", (body) => ({ ...body, e: earlier })],
    ["another time", (body) => ({ ...body, t: Number(body.t) - 1 })],
    ["another setter of the KMS window", (body) => ({ ...body, k: "IBMid-550000ERIN" })],
    ["another way in which it was made", (body) => ({ ...body, h: "engine" })],
  ])("%s", async (_what, change) => {
    expect(await takenBy("alice", await approved(change))).toEqual([]);
  });
});

test("a sealed request to deactivate, quoted in Carol's approval to destroy: Bob's run destroys nothing", async () => {
  const state = await uko.make();
  const ref = uko.ref(state.keyId);
  await by("bob").request(ref, undefined, options);
  const asked = await bodyOn(state);
  const { recordId = "" } = (await by("carol").status(ref, options)).deletion;
  await uko.advance("1m");
  await approve(uko.run("alice"), ref);
  await uko.advance("5h");
  await by("carol").request(ref, undefined, options);
  const { m: _seal, ...own } = await bodyOn(state);
  const { m, a, n, t } = asked;
  await put(state, { ...own, h: "approval", q: { i: recordId.padEnd(64, "0"), b: "0".repeat(64), a, n, t, m } });
  await uko.advance("1m");
  expect(await by("carol").status(ref, options)).toMatchObject({ deletion: { approvedBy: "IBMid-550000CAROL" } });
  expect(await takenBy("bob", state)).toEqual([]);
});
