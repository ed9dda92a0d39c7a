import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { calls, unknowns } from "../../provider/emulator/store/fidelity.ts";
import { deletionRows } from "../../provider/probe/deletion-rows.ts";
import { explainCalls, notableIn } from "../../provider/probe/messages.ts";
import type { Verdict } from "../../provider/probe/recording.ts";
import { probeRows, questionsFor } from "../../provider/probe/rows.ts";
import type { WireRequest } from "../../provider/probe/wire.ts";
import { unprobed } from "../../sdk/make/docs/fidelity.ts";
import { auditOf, type TestWorld } from "../emulator/harness.ts";
import { options } from "../engine/harness.ts";
import { falsified, faults } from "./faults.ts";
import { openProbe, startProbeWorld, type Walked, walk } from "./stage.ts";

let test: TestWorld;
beforeEach(async () => {
  test = await startProbeWorld();
});
afterEach(() => test.close());

const idsWith = ({ lines }: Walked, verdict: Verdict) =>
  new Set(lines.filter((line) => line.verdict === verdict).map(({ id }) => id));

describe("the port of the probe", () => {
  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", ""])("sends no %j", async (method) => {
    const key = await test.keyIn("active");
    const before = (await auditOf(test)).length;
    const { wire, close } = openProbe(test, { report: () => {} });
    const request = { service: "uko", as: "self", method, path: `/managed_keys/${key}/deactivate` };
    await expect(wire.send(request as WireRequest, options)).rejects.toThrow("may only read");
    await close();
    expect((await auditOf(test)).length).toBe(before);
  });
});

it("changes nothing, and answers every row while the clock stands still", async () => {
  const effects = async () => (await auditOf(test)).filter(({ effect }) => effect);
  const before = await effects();
  const walked = await walk(test);
  expect(await effects()).toEqual(before);
  expect(walked.counts).toEqual({ verified: probeRows.length, refuted: 0, not_tried: 0 });
});

it("sends as many requests as it says beforehand, and each refusal of an identity is among those that it names", async () => {
  const { sent, lines } = await walk(test);
  expect(explainCalls(questionsFor({ isKeyProtect: false }))).toContain(`at most ${sent.length} requests`);
  const refused = lines.filter(({ exchanges }) => JSON.stringify(exchanges).includes('"status":401'));
  const named = probeRows.filter(({ send }) => send.some((call) => notableIn(call) !== undefined));
  expect(refused.length).toBeGreaterThan(0);
  expect(named.map(({ id }) => id)).toEqual(expect.arrayContaining(refused.map(({ id }) => id)));
});

it("records the emulator itself as the file that the repository has", async () => {
  const { header, lines } = await walk(test);
  expect(header.product).toBe("emulator");
  const text = [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
  await expect(text).toMatchFileSnapshot("../recordings/emulator.jsonl");
});

it("refutes each row whose response is falsified", async () => {
  const walked = await walk(test, (row, index, response) => {
    const fault = faults[row];
    return fault !== undefined && (fault.at ?? 0) === index ? falsified(response, fault) : response;
  });
  const refuted = idsWith(walked, "refuted");
  const survivors = probeRows.map(({ id }) => id).filter((id) => !refuted.has(id));
  console.log(`${probeRows.length} probes x one fault: ${survivors.length} survivors`);
  expect(survivors).toEqual([]);
  expect(Object.keys(faults).toSorted()).toEqual(probeRows.map(({ id }) => id).toSorted());
});

describe("refutes the rows that a switch of the emulator changes", () => {
  it.each([
    [{ lastWriter: "absent" }, "key.writer"],
    [{ hrefs: "absolute" }, "keys.hrefs"],
    [{ internalKeystoreFields: "filled" }, "keystores.place"],
  ] as const)("%j", async (switches, row) => {
    Object.assign(test.emulator.world.switches, switches);
    expect(idsWith(await walk(test), "refuted")).toContain(row);
  });
});

it("has each fidelity row probed, shown by a deletion, or in the list of what it needs", () => {
  const shown = new Set<string>([...probeRows, ...deletionRows].map(({ answers }) => answers));
  const asked = [...shown, ...Object.values(unprobed).flat()];
  expect(asked.toSorted()).toEqual([...calls, ...unknowns].map(([id]) => id).toSorted());
});

it("gives each row an ID of its own", () => {
  const ids: readonly string[] = [...probeRows, ...deletionRows].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
