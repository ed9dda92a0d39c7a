import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import { isKmsCall, isUkoCall, writesManagedKey } from "../support/calls.ts";
import { explainVerdict } from "../support/oracle.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { type CliTestWorld, type Ended, keys, quietWorld, seed, startCliWorld, vaultId } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const linesOf = (ended: Ended): readonly Report[] =>
  ended.out
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Report);

/** A key in each stage of its deletion. */
async function onEveryStage(): Promise<void> {
  await destroy(keys.vouchers);
  await world.advance("31d");
  await destroy(keys.cards);
  await world.uko("bob", `request ${keys.payroll}`);
  await world.advance("1m");
  await world.type("alice", `approve ${keys.payroll}`);
  await world.uko("alice", `request ${keys.payroll}`);
  await world.advance("1h");
  await world.uko("bob", `request ${keys.draft} --reason "Never used"`);
  await world.advance("1m");
}

async function destroy(key: string): Promise<void> {
  await world.uko("bob", `request ${key}`);
  await world.advance("1m");
  await world.type("alice", `approve ${key}`);
  await world.uko("alice", `request ${key}`);
  await world.advance("5h");
  await world.type("bob", `approve ${key}`);
}

function normalized(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{32}\b/g, "<record>");
}

async function calls(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = (await world.trail()).at(-1)?.seq ?? 0;
  await act();
  return (await world.trail())
    .filter(({ seq, operation }) => seq > before && (isUkoCall(operation) || isKmsCall(operation)))
    .map(({ operation }) => operation);
}

describe("uko requests", () => {
  it("lists every key with a deletion in progress, and the next command", async () => {
    await onEveryStage();
    const { exitCode, out, err } = await world.uko("bob", "requests --long");
    expect([exitCode, err]).toEqual([0, ""]);
    await expect(normalized(out)).toMatchFileSnapshot("../golden/cli/requests.txt");
  });

  it.each([90, 120])("stays one line a key on a terminal of %i columns", async (columns) => {
    await onEveryStage();
    const here = quietWorld({ environment: world.environmentOf("alice") });
    expect(await runCli(["requests"], { ...here, out: { ...here.out, columns } })).toBe(0);
    expect(here.output.out).toMatch(/^LABEL +[A-Z ]*NEXT STEP .*\n(?:\S.*\n)+\nWhy .*:\n(?: {2}\S.*\n)+\n4 keys /);
  });

  it("is a table with who requested which step, until when, and whether the caller can take it", async () => {
    await onEveryStage();
    for (const who of ["bob", "carol"] as const) await world.uko(who, `request ${keys.ledger}`);
    await world.advance("1m");
    const { out } = await world.uko("alice", "requests");
    await expect(normalized(out)).toMatchFileSnapshot("../golden/cli/requests-table.txt");
  });

  it("lists a key that was never active, and one that another tool deactivated, with the last writer and its time", async () => {
    await withOtherTool(world, "alice", keys.payroll, { method: "POST", below: "/deactivate" });
    await world.advance("1m");
    const rows = linesOf(await world.uko("bob", "requests --json"));
    expect(rows.map(({ label, lifecycleState, deletion }) => ({ label, lifecycleState, ...deletion }))).toMatchObject([
      { label: "payroll", lifecycleState: "pending_request", awaits: "request", lastWriter: "IBMid-550000ALICE" },
      { label: "draft", lifecycleState: "pre_activation", awaits: "request", lastWriter: "IBMid-550000CAROL" },
    ]);
    expect(rows.map(({ deletion }) => deletion.lastWriteAt)).toEqual(["2026-11-24T14:22:00Z", "2026-10-01T08:00:00Z"]);
    const { out } = await world.uko("bob", "requests");
    expect(out).toMatch(/^ {2}payroll: .*; last write by IBMid-550000ALICE on 24 Nov 2026 14:22 UTC\.$/m);
    expect(out).toMatch(/^ {2}draft: .*; last write by IBMid-550000CAROL on 1 Oct 2026 08:00 UTC\.$/m);
    const long = await world.uko("bob", "requests --long");
    expect(long.out).toContain(
      'Key "draft" was never active, and no person has requested its destruction\n  The last write to the key was by IBMid-550000CAROL on 1 Oct 2026 08:00 UTC.\n',
    );
    expect(long.out.match(/The last write to the key was by IBMid-550000ALICE/g)).toHaveLength(1);
  });

  it("says of a key that is held, and of a record that does not count, why the key waits", async () => {
    await destroy(keys.vouchers);
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

  it("and uko ls --state deactivated agree on the deactivated keys, whichever tool deactivated them", async () => {
    await withOtherTool(world, "alice", keys.payroll, { method: "POST", below: "/deactivate" });
    await world.uko("bob", `request ${keys.cards}`);
    await world.advance("1m");
    await world.type("alice", `approve ${keys.cards}`);
    await world.advance("1m");
    const listed = linesOf(await world.uko("bob", "requests --json")).filter(
      ({ keyState }) => keyState === "deactivated",
    );
    const inLs = linesOf(await world.uko("bob", "ls --state deactivated --json"));
    const rowsOf = (reports: readonly Report[]) =>
      reports.map(({ label, lifecycleState }) => [label, lifecycleState]).sort();
    expect(rowsOf(inLs)).toEqual(rowsOf(listed));
    expect(rowsOf(inLs)).toEqual([
      ["cards", "cooling_down"],
      ["payroll", "pending_request"],
    ]);
  });

  it("suggests uko approve only to a caller who can approve", async () => {
    await world.uko("bob", `request ${keys.payroll} ${keys.cards}`);
    await world.advance("1m");
    expect((await world.uko("alice", "requests")).out).toContain("\nNext: to approve, run uko approve\n  or: ");
    expect((await world.uko("bob", "requests")).out).toMatch(/\nNext: uko requests --long .*\n$/);
  });

  it("selects the caller's own requests, and those that expire soon", async () => {
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("6d");
    await world.uko("carol", `request ${keys.cards}`);
    await world.advance("1m");
    const labels = async (option: string) =>
      linesOf(await world.uko("bob", `requests ${option} --json`)).map(({ label }) => label);
    expect(await labels("--mine")).toEqual(["payroll"]);
    expect(await labels("--expiring 48h")).toEqual(["payroll"]);
    expect(await labels("--expiring 8d")).toEqual(["payroll", "cards"]);
    expect(await labels("--expiring 7d --mine")).toEqual(["payroll"]);
    const [own] = linesOf(await world.uko("bob", "requests --mine --json"));
    expect(own?.deletion).toMatchObject({
      ...{ nextStep: "deactivate", isOwn: true, canAct: false, requestedAt: "2026-11-24T14:22:00Z" },
      cannotActBecause: "another person acts on what you wrote",
    });
  });

  it("names requester and approver each with their own ID and name after approve --store", async () => {
    await world.uko("carol", `request ${keys.cards}`);
    await world.advance("1m");
    await world.type("bob", `approve ${keys.cards} --store`, ["cards"]);
    await world.advance("1m");
    const [{ deletion } = {}] = linesOf(await world.uko("carol", "requests --mine --json"));
    expect(deletion).toMatchObject({
      ...{ requestedBy: "IBMid-550000CAROL", requestedByName: "Carol Example", requestedAt: "2026-11-24T14:22:00Z" },
      ...{ approvedBy: "IBMid-550000BOB", approvedByName: "Bob Example", isOwn: true },
    });
    const { out } = await world.uko("alice", "requests");
    expect(out).toMatch(
      /IBMid-550000CAROL \("Carol Example"\) +IBMid-550000BOB \("Bob Example"\) +2026-11-24T14:22:00Z/,
    );
    expect(linesOf(await world.uko("bob", "requests --mine --json"))).toHaveLength(1);
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

  it("prints a line for each key with --json, with requester and deadline, without a code", async () => {
    await onEveryStage();
    const ended = await world.uko("bob", "requests --json");
    const rows = linesOf(ended).map(({ label, lifecycleState, deletion, code }) => [
      label,
      lifecycleState,
      deletion.requestedBy,
      code,
    ]);
    expect(rows).toEqual([
      ["draft", "pending_approval", "IBMid-550000BOB", undefined],
      ["payroll", "cooling_down", "IBMid-550000ALICE", undefined],
      ["vouchers", "pending_destruction", undefined, undefined],
      ["cards", "pending_destruction", undefined, undefined],
    ]);
    expect(ended.exitCode).toBe(0);
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

  it("shows a request that expired as expired, and does not count it as pending", async () => {
    expect((await world.uko("bob", "requests --long")).out).not.toContain("payroll");
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("8d");
    await world.uko("bob", `request ${keys.cards}`);
    const { out } = await world.uko("bob", "requests --long");
    const bob = 'IBMid-550000BOB ("Bob Example")';
    expect(out).toContain(
      `The request of ${bob} for the deactivation of key "payroll" expired on 1 Dec 2026 14:22 UTC\n`,
    );
    expect(out.match(/expired on/g)).toHaveLength(1);
    expect(out).toMatch(/^3 keys in 1 vault: 1 pending approval, 1 pre activation, 1 expired request$/m);
    const rows = linesOf(await world.uko("bob", "requests --json"));
    expect(rows.map(({ label, deletion }) => [label, deletion.awaits, deletion.recordExpiredAt?.slice(0, 10)])).toEqual(
      [
        ["cards", "approval", undefined],
        ["payroll", "request", "2026-12-01"],
        ["draft", "request", undefined],
      ],
    );
  });

  it("calls an approval that expired an approval, of the person who approved", async () => {
    await world.uko("bob", `request ${keys.payroll}`);
    await world.type("alice", "approve payroll --store");
    const [row] = linesOf(await world.uko("bob", "requests --json"));
    expect(row).toMatchObject({
      lifecycleState: "approved",
      deletion: {
        ...{ requestedBy: "IBMid-550000BOB", requestedByName: "Bob Example" },
        ...{ approvedBy: "IBMid-550000ALICE", approvedByName: "Alice Example" },
      },
    });
    await world.advance("8d");
    expect((await world.uko("bob", "requests --long")).out).toContain(
      'The approval of IBMid-550000ALICE ("Alice Example") for the deactivation of key "payroll" expired on',
    );
  });

  it("exits with 13 if a vault's list is refused, and names the vault", async () => {
    const { exitCode, err } = await world.uko("erin", `requests --vault ${vaultId}`);
    expect([exitCode, err]).toEqual([13, expect.stringContaining(`Vault ${vaultId}: The identity lacks the right`)]);
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
    await destroy(keys.vouchers);
    await world.advance("31d");
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("1m");
    await world.type("alice", `approve ${keys.payroll}`);
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("5h");
    await world.type("alice", `approve ${keys.payroll} --store`, ["payroll"]);
    await world.advance("1m");
    const refused = "Options that choose keys need a terminal";
    const commands: readonly (readonly [command: string, exitCode: number, says: string])[] = [
      [`continue --vault ${vaultId}`, 1, refused],
      ["continue --step destroy --yes", 1, refused],
      ["continue --state deactivated --json", 1, refused],
      ["continue --step remove --label p* --yes", 0, "No key can be removed now"],
      [`continue ${keys.payroll} --step remove`, 1, "--step remove chooses its keys itself"],
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

  it("shows the keys at a terminal, and asks before it removes them", async () => {
    await onEveryStage();
    for (const [answers, exitCode, isRemoved] of [
      [["n"], 1, false],
      [["y", "n"], 1, false],
      [["y", "y"], 0, true],
    ] as const) {
      const ended = await world.type("bob", "continue --step remove", [...answers]);
      expect(ended.questions[0]).toMatch(/vouchers {2}destroyed\nRun uko continue on this key\? \[y\/N\] $/);
      expect([ended.exitCode, ended.out.includes("is gone")], String(answers)).toEqual([exitCode, isRemoved]);
    }
  });

  it("continues after an unreadable key, and names the key", async () => {
    await destroy(keys.vouchers);
    await destroy(keys.cards);
    await world.advance("31d");
    const [, keyId] = keys.cards.split("/");
    const rule = JSON.stringify({ operation: "getStatusInKeystores", path: `/${keyId}/`, status: 404 });
    await fetch(`${world.url}/_emulator/faults`, { method: "POST", body: rule });
    const { exitCode, out } = await world.pipe("bob", "continue --step remove --json");
    expect(exitCode).toBe(1);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { vaultId, keyId, error: { code: "UKO_KEY_NOT_FOUND" } },
      { ...sayKey(keys.vouchers), taken: ["remove"] },
    ]);
  });

  it("names the keys that a keystore blocks", async () => {
    await destroy(keys.vouchers);
    await world.advance("31d");
    await world.control("faults", {
      operation: "getStatusInKeystores",
      rewrite: { "status_in_keystores.status": "error" },
    });
    const ended = await world.pipe("bob", "continue --step remove --json");
    expect(ended.exitCode).toBe(12);
    expect(linesOf(ended)).toMatchObject([{ ...sayKey(keys.vouchers), code: "UKO_KEYSTORE_BLOCKS_REMOVAL" }]);
  });

  it("exits with 13 if the role to remove is missing, or a vault cannot be read", async () => {
    await onEveryStage();
    expect((await world.pipe("alice", "continue --step remove")).exitCode).toBe(13);
    await world.control("faults", { operation: "listManagedKeys", status: 403, times: 1 });
    const { exitCode, err } = await world.pipe("bob", "continue --step remove");
    expect([exitCode, err]).toEqual([13, expect.stringContaining(`Vault ${vaultId}: `)]);
  });
});
