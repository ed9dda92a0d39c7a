import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import { isKmsCall, isUkoCall, writesManagedKey } from "../support/calls.ts";
import { jsonLines } from "../support/json-lines.ts";
import { explainVerdict } from "../support/oracle.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { useCliStage } from "./cli-stage.ts";
import { type Ended, keys, quietWorld, seed, startCliWorld, vaultId } from "./harness.ts";

const { world } = useCliStage();

const linesOf = ({ out }: Ended) => jsonLines<Report>(out);

/** A key in each stage of its deletion. */
async function onEveryStage(): Promise<void> {
  await world.destroy(keys.vouchers);
  await world.advance("31d");
  await world.destroy(keys.cards);
  await world.deactivate(keys.payroll);
  await world.uko("alice", `request ${keys.payroll}`);
  await world.advance("1h");
  await world.uko("bob", `request ${keys.draft} --reason "Never used"`);
  await world.advance("1m");
}

async function calls(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = (await world.trail()).at(-1)?.seq ?? 0;
  await act();
  return (await world.trail())
    .filter(({ seq, operation }) => seq > before && (isUkoCall(operation) || isKmsCall(operation)))
    .map(({ operation }) => operation);
}

describe("uko requests", () => {
  it.each([90, 120])("stays one line a key on a terminal of %i columns", async (columns) => {
    await onEveryStage();
    const here = quietWorld({ environment: world.environmentOf("alice") });
    expect(await runCli(["requests"], { ...here, out: { ...here.out, columns } })).toBe(0);
    expect(here.output.out).toMatch(/^LABEL +[A-Z ]*NEXT STEP .*\n(?:\S.*\n)+\nWhy .*:\n(?: {2}\S.*\n)+\n4 keys /);
  });

  it("says of a key that is held, and of a record that does not count, why the key waits", async () => {
    await world.destroy(keys.vouchers);
    await world.advance("31d");
    expect((await world.uko("carol", `hold ${keys.vouchers} --kind legal --ticket L-7`)).exitCode).toBe(0);
    for (const key of [keys.payroll, keys.ledger]) await world.uko("bob", `request ${key}`);
    await world.advance("1m");
    const tags = { [keys.payroll]: ["hold", "legal ticket L_7"], [keys.ledger]: ["team", "other"] };
    for (const [key, [name = "", value = ""]] of Object.entries(tags)) {
      expect(await withOtherTool(world, "carol", key, { method: "PATCH", tag: { name, value } })).toBe(200);
    }
    const reports = linesOf(await world.uko("alice", "requests --json"));
    const whyOf = (label: string) => reports.find((report) => report.label === label);
    for (const label of ["payroll", "vouchers"]) {
      const report = whyOf(label);
      expect(report?.explanation.summary, label).toMatch(/is held: legal, ticket L_7/);
      expect(report?.deletion, label).toMatchObject({ canAct: false });
      expect(report?.deletion.cannotActBecause, label).toMatch(/^the key is held: legal, ticket L_7/);
    }
    expect(whyOf("ledger")?.deletion).toMatchObject({
      cannotActBecause: "the record on the key does not count",
      voidBecause: "edited",
    });
  });

  it("reads with one list per vault, and with --long asks what uses each key that is not destroyed", async () => {
    await onEveryStage();
    expect(await calls(() => world.uko("bob", "requests"))).toEqual(["listVaults", "listManagedKeys", "listKmsKeys"]);
    expect(await calls(() => world.uko("bob", "requests --long"))).toEqual([
      "listVaults",
      "listManagedKeys",
      "listResourcesOfKey",
      "listResourcesOfKey",
      "listKmsKeys",
    ]);
    expect(await calls(() => world.uko("bob", `requests --vault ${vaultId}`))).toEqual(["listManagedKeys"]);
  });

  it("counts the vaults of the keys that it lists, not all that it read", async () => {
    const other = await startCliWorld({
      seed: {
        ...seed,
        keys: seed.keys?.filter(({ label }) => label !== "draft") ?? [],
        vaults: [...(seed.vaults ?? []), { id: "5c1f0000-0000-4000-8000-000000000001", name: "archive" }],
      },
    });
    onTestFinished(() => other.close());
    expect((await other.uko("bob", "requests")).out).toBe("No deletion is pending in 2 vaults\n");
    await other.uko("bob", `request ${keys.payroll}`);
    expect((await other.uko("bob", "requests")).out).toMatch(/^1 key in 1 vault: 1 pending approval$/m);
  });
});

describe("uko continue --step remove", () => {
  const sayKey = (key: string) => ({ keyId: key.split("/")[1] });

  it("removes without a terminal only keys whose time has come, and takes no other step", async () => {
    await onEveryStage();
    const operations = await calls(async () => {
      const ended = await world.pipe("bob", `continue --vault ${vaultId} --step remove --json`);
      expect(ended.exitCode).toBe(0);
      expect(linesOf(ended)).toMatchObject([{ ...sayKey(keys.vouchers), taken: ["remove"], lifecycleState: "gone" }]);
    });
    expect(operations.filter((operation) => writesManagedKey(operation))).toEqual(["deleteManagedKey"]);
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
    const again = await world.pipe("bob", "continue --step remove");
    expect(again).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^No key can be removed now\./), err: "" });
    expect(await world.pipe("bob", "continue --step remove --json")).toMatchObject({ exitCode: 0, out: "" });
  });

  it("never destroys on an approval that is stored for the caller", async () => {
    await world.destroy(keys.vouchers);
    await world.advance("31d");
    await world.deactivate(keys.payroll);
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("5h");
    await world.type("alice", `approve ${keys.payroll} --store`, ["payroll"]);
    await world.advance("1m");
    const refused = "Options that choose keys need a terminal";
    const commands: readonly (readonly [command: string, exitCode: number, says: string])[] = [
      [`continue --vault ${vaultId}`, 2, refused],
      ["continue --step destroy --yes", 2, refused],
      ["continue --state deactivated --json", 2, refused],
      ["continue --step remove --label p* --yes", 0, "No key can be removed now"],
      [`continue ${keys.payroll} --step remove`, 2, "--step remove chooses its keys itself"],
      ["continue --step remove", 0, "is gone: this run removed it"],
    ];
    for (const [command, exitCode, says] of commands) {
      const ended = await world.pipe("bob", command);
      expect([ended.exitCode, ended.out + ended.err], command).toEqual([exitCode, expect.stringContaining(says)]);
    }
    const steps = (await world.trail()).flatMap(({ operation }) =>
      /^(deleteManagedKey|rotateManagedKey)$/.test(operation) ? [operation] : [],
    );
    expect(steps.at(-1)).toBe("deleteManagedKey");
    expect(linesOf(await world.uko("bob", `status ${keys.payroll} --json`))).toMatchObject([
      { keyState: "deactivated" },
    ]);
    // The same run by name destroys the key, so that nothing but the choice kept it.
    expect((await world.pipe("bob", `continue ${keys.payroll} --json`)).out).toContain('"taken":["destroy"]');
  });

  it("continues after an unreadable key, and names the key", async () => {
    await world.destroy(keys.vouchers);
    await world.destroy(keys.cards);
    await world.advance("31d");
    const [, keyId] = keys.cards.split("/");
    const rule = JSON.stringify({ operation: "getStatusInKeystores", path: `/${keyId}/`, status: 404 });
    await fetch(`${world.url}/_emulator/faults`, { method: "POST", body: rule });
    const { exitCode, out } = await world.pipe("bob", "continue --step remove --json");
    expect(exitCode).toBe(1);
    expect(jsonLines(out)).toMatchObject([
      { vaultId, keyId, error: { code: "UKO_KEY_NOT_FOUND" } },
      { ...sayKey(keys.vouchers), taken: ["remove"] },
    ]);
  });

  it("names the keys that a keystore blocks", async () => {
    await world.destroy(keys.vouchers);
    await world.advance("31d");
    await world.control("faults", {
      operation: "getStatusInKeystores",
      rewrite: { "status_in_keystores.status": "error" },
    });
    const ended = await world.pipe("bob", "continue --step remove --json");
    expect(ended.exitCode).toBe(12);
    expect(linesOf(ended)).toMatchObject([{ ...sayKey(keys.vouchers), code: "UKO_KEYSTORE_BLOCKS_REMOVAL" }]);
  });
});
