import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { calls, unknowns } from "../../../provider/emulator/fidelity.ts";
import { requireHarmless } from "../../../provider/engine/probe/own-key.ts";
import type { Verdict } from "../../../provider/engine/probe/recording.ts";
import { allRows, ownParts, readRows } from "../../../provider/engine/probe/rows.ts";
import { unprobed } from "../../../sdk/make/docs/fidelity.ts";
import { auditOf, type TestWorld } from "../../emulator/harness.ts";
import { falsified, faults } from "./faults.ts";
import { draftTemplates, startProbeWorld, type WalkChoices, type Walked, walk } from "./stage.ts";

let test: TestWorld;
beforeEach(async () => {
  test = await startProbeWorld();
});
afterEach(() => test.close());

const idsWith = ({ lines }: Walked, verdict: Verdict) =>
  new Set(lines.filter((line) => line.verdict === verdict).map(({ id }) => id));
const effects = async () => (await auditOf(test)).filter(({ effect }) => effect);

/** The three walks of a whole life: at once, after the cool-down, after the pending periods. */
async function wholeLife(choices: WalkChoices = {}): Promise<readonly [Walked, Walked, Walked]> {
  const first = await walk(test, { ...choices, templates: draftTemplates });
  await test.advance("5h");
  const second = await walk(test, { ...choices, resumed: first.kept });
  await test.advance("31d");
  return [first, second, await walk(test, { ...choices, resumed: second.kept })];
}

it("only reads without templates, and completes at least 60 probes while the clock stands still", async () => {
  const before = await effects();
  const walked = await walk(test);
  expect(await effects()).toEqual(before);
  expect([walked.failure, walked.counts.refuted, walked.left]).toEqual([undefined, 0, []]);
  const completed = idsWith(walked, "verified").size;
  console.log(`${completed} of ${readRows.length} probes that read completed while the clock stood still`);
  expect(completed).toBeGreaterThanOrEqual(60);
});

it("answers every row over a whole life of its keys, and leaves none of them", async () => {
  const before = new Set((await effects()).map(({ keyId }) => keyId));
  const walks = await wholeLife();
  const verified = new Set(walks.flatMap((walked) => [...idsWith(walked, "verified")]));
  expect(walks.flatMap((walked) => [...idsWith(walked, "refuted")])).toEqual([]);
  expect(allRows.map(({ id }) => id).filter((id) => !verified.has(id))).toEqual([]);
  expect(walks.map(({ left }) => left.map(({ next }) => next?.part))).toEqual([
    ["cooled", "cooled"],
    ["end", "end"],
    [],
  ]);
  const own = (await effects()).filter(({ keyId }) => !before.has(keyId));
  expect(new Set(own.map(({ keyId }) => keyId)).size).toBe(4);
  expect(own.every(({ label }) => label === undefined || /^uko probe [0-9a-f]{8}$/.test(label))).toBe(true);
  expect(own.filter(({ operation }) => operation === "K5")).toHaveLength(4);
});

it("records the emulator itself as the file that the repository has", async () => {
  const first = await walk(test, { templates: ["payroll-draft"] });
  await test.advance("5h");
  const second = await walk(test, { resumed: first.kept });
  const written = [first, second].flatMap(({ header, lines }) => [header, ...lines]);
  expect(first.header.product).toBe("emulator");
  const text = written.map((line) => `${JSON.stringify(line)}\n`).join("");
  await expect(text).toMatchFileSnapshot("../../recordings/emulator.jsonl");
});

it("refutes each row whose response is falsified", async () => {
  const byRow = (row: string, index: number, response: Parameters<typeof falsified>[0]) => {
    const fault = faults[row];
    return fault !== undefined && (fault.at ?? 0) === index ? falsified(response, fault) : response;
  };
  const walks = await wholeLife({ falsify: byRow });
  const refuted = new Set(walks.flatMap((walked) => [...idsWith(walked, "refuted")]));
  const survivors = allRows.map(({ id }) => id).filter((id) => !refuted.has(id));
  console.log(`${allRows.length} probes x one fault: ${survivors.length} survivors`);
  expect(survivors).toEqual([]);
  expect(Object.keys(faults).toSorted()).toEqual(allRows.map(({ id }) => id).toSorted());
});

describe("refutes the rows that a switch of the emulator changes", () => {
  it.each([
    [{ tags: "dropped" }, ["tags.create", "tags.change"]],
    [{ tags: "rejected" }, ["tags.create", "tags.change"]],
    [{ description: "collapsed" }, ["description.change"]],
    [{ syncChangesLastWriter: true }, ["life.sync-writer"]],
    [{ lastWriter: "absent" }, ["key.writer", "clock.write"]],
    [{ hrefs: "absolute" }, ["keys.hrefs"]],
    [{ internalKeystoreFields: "filled" }, ["keystores.place"]],
    [{ patchDestroyed: "refused" }, ["draft.change-destroyed"]],
    [{ coolDownHours: 0.0001 }, ["life.destroy-early"]],
  ] as const)("%j", async (switches, rows) => {
    Object.assign(test.emulator.world.switches, switches);
    const walked = await walk(test, { templates: ["payroll-draft"] });
    expect([...idsWith(walked, "refuted")]).toEqual(expect.arrayContaining([...rows]));
  });
});

it("has each fidelity row either probed or in the list of what it needs", () => {
  const asked = [...new Set(allRows.map(({ answers }) => answers)), ...Object.values(unprobed).flat()];
  expect(asked.toSorted()).toEqual([...calls, ...unknowns].map(([id]) => id).toSorted());
});

it("gives each row an ID of its own", () => {
  const ids = allRows.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe("never touches a key that it did not create", () => {
  const ref = { instanceId: "i", vaultId: "v", keyId: "own" };
  const key = {
    ref,
    keyId: "own",
    label: "uko probe 1",
    isActivated: false,
    writers: [],
    template: "t",
    keystore: "k",
  };
  const base = { service: "uko", as: "self" } as const;

  it.each([
    { ...base, method: "PATCH", path: "/managed_keys/other" },
    { ...base, method: "POST", path: "/managed_keys/other/activate" },
    { ...base, method: "POST", path: "/managed_keys/own/destroy" },
    { ...base, method: "POST", path: "/managed_keys/own/deactivate" },
    { ...base, method: "POST", path: "/managed_keys/own-2/activate" },
    { ...base, method: "POST", path: "/managed_keys", body: { label: "payroll" } },
    { ...base, method: "POST", path: "/vaults" },
    { ...base, service: "kms", method: "POST", path: "/keys/own/actions/disable" },
  ] as const)("%j", (request) => {
    expect(() => requireHarmless(request, key)).toThrow("more than its own key");
    expect(() => requireHarmless(request, undefined)).toThrow("more than its own key");
  });

  it("sends no change at all in a row that only reads", () => {
    const changing = readRows.flatMap(({ id, send, step }) =>
      send.some((call) => /^(PATCH|POST uko|POST kms)/.test(String(call))) || step !== undefined ? [id] : [],
    );
    expect(changing).toEqual([]);
    expect(Object.keys(ownParts)).toEqual(["draft", "life", "cooled", "end"]);
  });

  it("does not end the key of another person that a response names as its own", async () => {
    const { id } = (await test.as("bob").create({ label: "payroll", template_name: "payroll-draft" })).body;
    const falsify: WalkChoices["falsify"] = (row, _index, response) =>
      row === "label.twice" ? { ...response, status: 201, body: { id } } : response;
    const walked = await walk(test, { templates: ["payroll-draft"], falsify });
    expect((await effects()).filter(({ keyId }) => keyId === id).map(({ operation }) => operation)).toEqual(["K2"]);
    expect(walked.left).toContainEqual(expect.objectContaining({ keyId: id, next: undefined }));
  });

  it("still names the keys of an earlier run that it did not reach", async () => {
    const first = await walk(test, { templates: ["payroll-draft"] });
    const second = await walk(test, { resumed: first.kept, room: 0 });
    expect(second.left).toMatchObject(first.kept.map(({ keyId, next }) => ({ keyId, next })));
  });

  it.each([
    ["used", (id: string) => test.control(`keys/${id}`, { addResource: { crn: "crn:v1:bucket-9" } })],
    ["changed", (id: string) => test.as("bob").patch(id, { description: "mine now" })],
  ])("leaves its own key that another person %s", async (_how, act) => {
    const first = await walk(test, { templates: ["payroll-draft"], hasSecond: false });
    const [left] = first.kept;
    await test.advance("5h");
    const acted = await act(left?.keyId ?? "");
    expect(acted.status).toBeLessThan(300);
    const before = (await effects()).length;
    const second = await walk(test, { resumed: first.kept, hasSecond: false });
    expect((await effects()).slice(before)).toEqual([]);
    expect(second.left).toMatchObject([{ keyId: left?.keyId, state: "deactivated", next: undefined }]);
  });
});

it("ends its keys even if the recording cannot be written any more", async () => {
  const room = 1 + readRows.length + 3;
  const walked = await walk(test, { templates: ["payroll-draft"], room });
  expect(walked.failure).toMatchObject({ message: "no space left" });
  expect([walked.left, walked.kept]).toEqual([[], []]);
  expect((await effects()).filter(({ operation }) => operation === "K2" || operation === "K5").slice(-2)).toMatchObject(
    [{ operation: "K2" }, { operation: "K5" }],
  );
});

it("names what is left after a stop, and a later run ends it", async () => {
  const stop = new AbortController();
  const falsify: WalkChoices["falsify"] = (row, _index, response) => {
    if (row === "key.unused") stop.abort();
    return response;
  };
  const walked = await walk(test, { templates: ["payroll-draft"], falsify, signal: stop.signal });
  expect(walked.failure).toBeDefined();
  expect(walked.left).toMatchObject([{ template: "payroll-draft" }]);
  expect(walked.kept).toMatchObject([{ template: "payroll-draft" }]);
  const resumed = await walk(test, { resumed: walked.kept });
  expect([resumed.left, resumed.kept]).toEqual([[], []]);
});
