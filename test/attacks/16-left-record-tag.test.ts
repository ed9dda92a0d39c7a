/** A service that began to drop tags leaves an old request's tag on a key. The tag must neither count nor block other steps. */

import { expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { approve, options, type Person, useEngineWorld } from "../engine/harness.ts";
import { explainVerdict, judge } from "../support/oracle.ts";

const uko = useEngineWorld();
const atOnce = { budgetMs: 0, pollIntervalMs: 1 };

/** Bob asks; then the service keeps its existing tags and ignores changes to tags. */
async function withLeftTag(): Promise<{ state: ManagedKeyState; left: string }> {
  const state = await uko.make();
  await by("bob").request(uko.ref(state.keyId), undefined, options);
  const left = await recordOn(state);
  Object.assign(uko.test.emulator.world.switches, { tags: "dropped" });
  await uko.advance("1m");
  return { state, left };
}

const by = (who: Person) => uko.run(who).operations;

async function recordOn({ keyId }: ManagedKeyState): Promise<string> {
  return (await by("carol").status(uko.ref(keyId), options)).deletion.recordId ?? "";
}

test("a withdrawal ends although the service keeps the request's tag, says so, and leaves no record that binds", async () => {
  const { state, left } = await withLeftTag();
  const ref = uko.ref(state.keyId);
  const report = await by("carol").withdraw(ref, options);
  expect(report).toMatchObject({ exitCode: 0, taken: ["drop_record"], lifecycleState: "active" });
  expect(report.explanation.facts.join("\n")).toContain("does not count");
  await uko.advance("1m");
  await expect(by("alice").approveOne(ref, { recordId: left, stores: false }, options)).rejects.toThrow("was shown");
  expect(await by("alice").continue(ref, left, atOnce, options)).toMatchObject({
    code: "UKO_REQUEST_PENDING",
    taken: [],
  });
});

test("a new request next to the left tag binds, and only a person who saw that request approves it", async () => {
  const { state, left } = await withLeftTag();
  const ref = uko.ref(state.keyId);
  await by("carol").withdraw(ref, options);
  await uko.advance("1m");
  expect(await by("bob").request(ref, undefined, options)).toMatchObject({ exitCode: 0 });
  await uko.advance("1m");
  const asked = await recordOn(state);
  expect(asked).not.toBe(left);
  await expect(by("alice").approveOne(ref, { recordId: left, stores: false }, options)).rejects.toThrow("was shown");
  expect(await by("bob").continue(ref, asked, atOnce, options)).toMatchObject({ taken: [] });
  expect((await approve(uko.run("alice"), ref)).taken).toEqual(["deactivate"]);
  const verdict = judge(await uko.trail(), { required: true, gate: "both", ignoresTags: true });
  expect(explainVerdict(verdict)).toBe("");
});

test("an approval that the service refuses to keep in a tag is no request of its author in the description", async () => {
  const state = await uko.make();
  await by("bob").request(uko.ref(state.keyId), undefined, options);
  const asked = await recordOn(state);
  await uko.advance("1m");
  await uko.fault({ operation: "updateManagedKey", status: 400, times: 1 });
  const report = await approve(uko.run("alice"), uko.ref(state.keyId), { stores: true });
  expect(report).toMatchObject({ code: "UKO_RECORD_NOT_KEPT", taken: [] });
  expect(JSON.stringify(report.explanation)).toContain("no room for an approval");
  expect((await uko.keyOf(state)).description).not.toContain("[uko1");
  expect(await recordOn(state)).toBe(asked);
});
