/** The place of the evidence without UKO_EVIDENCE, and the runs that stop because they cannot write evidence. */

import { generateKeyPairSync } from "node:crypto";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkEvidenceChain } from "../../provider/compose/certificates.ts";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import { linesIn } from "../support/json-lines.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, makeKmsKey, type Person, seed, vaultId } from "./harness.ts";
import { expectForm } from "./json-form.ts";

const many = Array.from({ length: 40 }, (_, at) => `9b2d0000-0000-4000-8000-0000000001${String(at).padStart(2, "0")}`);
const [payroll] = seed.keys ?? [];

const alike = many.map((id, at) => ({ ...payroll, id, label: `many-${at}`, resources: [] }));
const { world, folder: home } = useCliStage({ seed: { ...seed, keys: [...(seed.keys ?? []), ...alike] } as never });

const run = (who: Person, command: string, environment: Readonly<Record<string, string>> = {}) =>
  world.uko(who, command, { XDG_STATE_HOME: home, ...environment });
const approve = (who: Person, key: string, environment: Readonly<Record<string, string>> = {}) =>
  world.type(who, `approve ${key}`, undefined, { XDG_STATE_HOME: home, ...environment });
const fileOf = (who: Person): string =>
  path.join(home, `uko/evidence-${world.environmentOf(who).UKO_INSTANCE_ID}.jsonl`);
const entries = () => linesIn<EvidenceEntry>(fileOf("bob"));
const stepsTaken = async (): Promise<number> => (await world.trail()).filter(({ effect }) => effect).length;
const modeOf = (name: string): number => statSync(name).mode & 0o777;

describe("without UKO_EVIDENCE", () => {
  it("two people of one operating-system user share one file of the instance, and each line names its person", async () => {
    await world.destroy(keys.payroll, { XDG_STATE_HOME: home });
    await world.advance("31d");
    await run("bob", "continue --step remove");
    expect(entries().map(({ step, actor }) => `${actor.name}: ${step}`)).toEqual([
      "Bob Example: write_record",
      "Alice Example: deactivate",
      "Alice Example: deactivate",
      "Alice Example: write_record",
      "Bob Example: destroy",
      "Bob Example: destroy",
      "Bob Example: remove",
      "Bob Example: remove",
    ]);
    expect(readdirSync(home)).toEqual(["uko"]);
    expect([modeOf(path.join(home, "uko")), modeOf(fileOf("bob"))]).toEqual([0o700, 0o600]);
    expect(checkEvidenceChain(fileOf("bob"))).toMatchObject({ lines: 8, breaks: [] });
  });

  it("a refused approval of one's own request leaves a line that audit shows, and that no other command takes for a step", async () => {
    await run("bob", `request ${keys.payroll}`);
    await world.advance("1m");
    for (const how of ["", " --store"]) {
      expect(await approve("bob", `${keys.payroll}${how}`)).toMatchObject({ exitCode: 12 });
    }
    const [request, ...refused] = entries();
    const line = { step: "approve", phase: "refused", from: "active", to: "active" };
    const actor = expect.objectContaining({ name: "Bob Example" });
    expect(refused).toMatchObject([1, 2].map(() => ({ ...line, actor, refused: request?.record })));
    const { out } = await run("bob", "audit");
    expect(
      out.match(/^.*refused approval to deactivate +payroll.*IBMid-550000BOB .*IBMid-550000BOB.*$/gm),
    ).toHaveLength(2);
    expect(out).toContain("2 approvals were refused, because the approver had made the request.");
    expect(out).not.toContain("never recorded as finished");
    const audited = await run("bob", "audit --step approve --json");
    expectForm("audit-step", audited.out.split("\n")[0] ?? "");
    await approve("alice", keys.payroll);
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(path.join(home, "k.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const certificate = path.join(home, "c.json");
    await run("bob", `certificate create --key ${keys.payroll} --sign-key ${home}/k.pem --out ${certificate}`);
    const shown = JSON.parse((await run("bob", `certificate show ${certificate} --json`)).out);
    const steps = shown.predicate.keys[0].steps.map(({ step }: { readonly step: string }) => step);
    expect(steps).toEqual(["write_record", "deactivate"]);
  });

  it("a run prints the path once, before its first step; a run that only reads prints and creates nothing", async () => {
    const read = await run("bob", `status ${keys.payroll} ${keys.cards}`);
    expect([read.err, readdirSync(home)]).toEqual(["", []]);
    const { err } = await run("bob", `request ${keys.payroll} ${keys.cards}`);
    expect(err.match(/Evidence of this run: .*/g)).toEqual([`Evidence of this run: ${fileOf("bob")}`]);
  });

  it("20 keys in one run, and 20 runs at once, leave one whole chain", async () => {
    const named = many.map((id) => `${vaultId}/${id}`);
    await run("bob", `request ${named.slice(0, 20).join(" ")}`);
    // The emulated clock moves with each write, so that 20 requests at once would be too late for their own times.
    await Promise.all(named.slice(20).map((key) => run("carol", `hold ${key}`)));
    expect(new Set(entries().map(({ keyId }) => keyId))).toEqual(new Set(many));
    expect(checkEvidenceChain(fileOf("bob"))).toMatchObject({ lines: 40, breaks: [], head: { count: 40 } });
  });
});

describe.each([
  ["in a pipeline", { CI: "true" }, "CI is set"],
  ["without a home folder", { XDG_STATE_HOME: "" }, "HOME"],
  ["in a state folder that takes no folder", { XDG_STATE_HOME: "/proc" }, "The evidence file /proc/uko/"],
])("%s, without UKO_EVIDENCE", (_, environment, why) => {
  it("reads work, and a request stops before it is written", async () => {
    expect(await run("bob", `status ${keys.payroll}`, environment)).toMatchObject({ exitCode: 0, err: "" });
    const before = await stepsTaken();
    const stopped = await run("bob", `request ${keys.payroll}`, environment);
    expect([stopped.exitCode, stopped.err]).toEqual([1, expect.stringContaining(why)]);
    expect(stopped.err).toMatch(/The step was not taken\.\n +Next: name a file that you can write in UKO_EVIDENCE/);
    expect(await stepsTaken()).toBe(before);
  });

  it("a deactivation, a destruction and a release of a hold stop too", async () => {
    await run("carol", `request ${keys.payroll}`);
    await run("carol", `hold ${keys.cards}`);
    await world.advance("1m");
    await world.type("bob", `approve ${keys.payroll} --store`);
    await world.advance("1m");
    const before = await stepsTaken();
    const ended = await run("carol", `continue ${keys.payroll}`, environment);
    expect(ended.err).toContain("[UKO_EVIDENCE_UNWRITABLE]");
    const released = await run("carol", `hold ${keys.cards} --release --reason "over"`, environment);
    expect(released.err).toContain("[UKO_EVIDENCE_UNWRITABLE]");
    expect(await stepsTaken()).toBe(before);
  });

  it("a hold and a withdrawal are done, because they make the key safer, and the missing line is an error", async () => {
    await run("bob", `request ${keys.payroll}`);
    const kmsKey = `kms/${await makeKmsKey(world, "root")}`;
    await run("bob", `request ${kmsKey}`);
    await world.advance("1m");
    for (const command of [`hold ${keys.cards}`, `withdraw ${keys.payroll}`, `withdraw ${kmsKey}`]) {
      const before = await stepsTaken();
      const { exitCode, err } = await run("bob", command, environment);
      expect([exitCode, err]).toEqual([1, expect.stringContaining("The step was taken, but its line is missing")]);
      expect(await stepsTaken()).toBe(before + 1);
    }
  });
});
