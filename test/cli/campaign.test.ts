import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isKmsCall, isUkoCall } from "../support/calls.ts";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

const stage = useCampaignStage();
/** The key of the seed with the tag of a hold. */
const idOfHeld = campaignSeed.keys.find(({ label }) => label === "mail-2")?.id;
const { campaign, manifest, shown, baselined, keyNamed, remove, takeStep } = stage;

describe("uko campaign plan", () => {
  it("shows late keys first with the blackout that makes them late, and exits with 14", async () => {
    await baselined();
    const ended = await campaign("plan");
    expect(ended.exitCode).toBe(14);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-plan.txt");
  });

  it("exits with 0 if every key can end in time", async () => {
    await baselined((text) => text.replace(/^blackouts.*$/m, ""));
    expect((await campaign("plan")).exitCode).toBe(0);
    const data = JSON.parse((await campaign("plan --json")).out);
    expect(data).toMatchObject({ v: 1, late: 0, deadline: "2027-03-20", lastDeadline: "2027-03-28" });
  });

  it("counts a key that no step can end as late", async () => {
    await baselined((text) => text.replace(/^blackouts.*$/m, ""));
    await stage.world.control(`keys/${keyNamed("ledger").split("/").at(-1)}`, { record: { state: "compromised" } });
    const { exitCode, out } = await campaign("plan");
    expect(exitCode).toBe(14);
    expect(out).toMatch(
      /^1 key cannot end by 2027-03-20 \(UTC\)[^\n]*; nothing was written\n[\s\S]*\nLate\n.*\n.*ledger +main +no step can delete it +impossible/,
    );
    expect(out).toContain("no step is possible in the state compromised");
  });

  it("says that keys without a copy outside end with the instance, and warns with their number", async () => {
    await baselined((text) => text.replace(/^rules:[\s\S]*?^(?=\w)/m, "rules: []\n"));
    const { out } = await campaign("plan");
    const labelsIn = (title: string): readonly string[] => {
      const [, table = ""] = out.split(`\n${title}\n`);
      return (table.split("\n\n")[0] ?? "").match(/(?:payroll|ledger|draft|cards|mail|backup|root)[-\d]*/g) ?? [];
    };
    expect(labelsIn("Lives on in the cloud, without UKO")).toEqual(["cards-1", "cards-2", "mail-1", "backup"]);
    expect(labelsIn("Ends with the instance: no copy is outside of it").toSorted()).toEqual([
      "draft-1",
      "ledger",
      "payroll",
      "root-1",
      "root-2",
    ]);
    expect(out).toContain("  5 keys of class leave end with the instance, and data that nothing else decrypts is lost");
    await stage.complete((text) => text.replace(/^deadline:/m, "instanceEnds: false\ndeadline:"));
    const { keys } = JSON.parse((await campaign("plan --json")).out) as { keys: { label: string; outcome: string }[] };
    expect(keys.find(({ label }) => label === "backup")?.outcome).toBe("left");
  });

  it("prints commands that a shell takes, and offers no certificate of keys that are left", async () => {
    await stage.world.control(`keys/${idOfHeld}`, { record: { tags: [] } });
    await baselined((text) => text.replace(/^rules:[\s\S]*?^(?=\w)/m, "rules: []\n"));
    const { out } = await campaign("status");
    const commands = out.match(/^ +uko .*$/gm) ?? [];
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(() => execFileSync("sh", ["-n", "-c", command])).not.toThrow();
    expect(out).not.toContain("uko certificate create");
  });

  it("is one page of HTML with --html, with the same exit code", async () => {
    await baselined();
    const { exitCode, out } = await campaign("plan --html");
    expect(exitCode).toBe(14);
    expect(out).toMatch(
      /^<!doctype html>[\s\S]*<h1>2 keys cannot end by 2027-03-20 \(UTC\)[^<]*; nothing was written<\/h1>[\s\S]*<\/html>\n$/,
    );
    expect((await campaign("status --html")).out).toMatch(
      /<title>Campaign eol: status<\/title>[\s\S]*Needed per working day/,
    );
  });

  it("costs no more than one list a vault, lists of vaults, keystores and KMS keys, a read of one vault, and one call a key", async () => {
    await baselined();
    const before = (await stage.world.trail()).at(-1)?.seq ?? 0;
    await campaign("plan");
    const calls = (await stage.world.trail()).filter(({ seq }) => seq > before).map(({ operation }) => operation);
    const read = calls.filter((operation) => isUkoCall(operation) || isKmsCall(operation));
    expect(read.filter((operation) => operation !== "listResourcesOfKey").sort()).toEqual([
      "getVault",
      "listKeystores",
      "listKmsKeys",
      "listManagedKeys",
      "listManagedKeys",
      "listVaults",
    ]);
  });

  it("has a line for each key of the manifest, whatever a person cannot read", async () => {
    await baselined((text) => `${text}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}`);
    const ended = await campaign("plan", "erin");
    expect(ended.exitCode).toBe(13);
    expect(ended.out).toMatch(
      /Not read\n {2}Vault 5c1e0000-0000-4000-8000-000000000002: .*\n {2}KMS keys: Without the keystores/,
    );
    expect(ended.out).toMatch(/the key or its vault could not be read/);
    expect(JSON.parse((await campaign("plan --json", "erin")).out).keys).toHaveLength(10);
  });
});

describe("uko campaign status", () => {
  it("shows each wave by state, pending requests and blocked keys", async () => {
    await baselined((text) => text.replace(/^blackouts.*$/m, ""));
    await stage.world.uko("bob", `request ${keyNamed("payroll")}`);
    const ended = await campaign("status");
    expect(ended.exitCode).toBe(0);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-status.txt");
    await stage.world.advance("6d");
    expect((await campaign("status")).out).toContain("Requests that expire within 48 h: 1");
  });

  it("does not count a destroyed key as ended while a keystore may still hold its material", async () => {
    await baselined((text) => text.replace(/^blackouts.*$/m, ""));
    await stage.world.control(`keys/${keyNamed("cards-1").split("/").at(-1)}`, {
      record: { state: "destroyed" },
      material: "enabled",
    });
    const outcomeOf = async (command: string) => {
      const { keys } = JSON.parse((await campaign(command)).out) as { keys: { label: string; outcome: string }[] };
      return keys.find(({ label }) => label === "cards-1")?.outcome;
    };
    expect(await outcomeOf("status --json")).toBe("destruction_listed");
    expect(await outcomeOf("status --live --json")).toBe("open");
    const { exitCode, out } = await campaign("plan");
    expect(exitCode).toBe(14);
    expect(out).toMatch(/cards-1 +main +destroyed, but a keystore may still hold the material/);
  });

  it("counts a key that was removed, and one that is new", async () => {
    await baselined();
    await takeStep("draft-1", "carol");
    await remove("draft-1");
    expect(JSON.parse((await campaign("status --json")).out).waves[0].states).toMatchObject({ removed: 1 });
  });
});

describe("the outcomes of a campaign", () => {
  const withOutcomes = async (): Promise<void> => {
    // The KMS keys stand for keys that were created later.
    await baselined((text) => `${text}scope: {kmsKeys: false}\n`);
    stage.complete();
    await takeStep("draft-1", "carol");
    await remove("draft-1");
    await stage.world.advance("60d");
    await takeStep("mail-1", "alice");
    await stage.world.advance("5h");
    await takeStep("mail-1", "carol");
    await stage.world.control(`keys/${keyNamed("cards-1").split("/").at(-1)}`, {
      record: { state: "destroyed" },
      material: "enabled",
    });
  };
  const outcomesIn = (out: string): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(out).keys as { label: string; outcome: string }[]).map(({ label, outcome }) => [label, outcome]),
    );

  it("gives each key of the manifest exactly one outcome, and names keys created after the baseline", async () => {
    await withOutcomes();
    const { out } = await campaign("status --live --json");
    expect(outcomesIn(out)).toMatchObject({
      ...{ "draft-1": "removed", "mail-1": "proof_by_provider", "cards-1": "open" },
      ...{ "mail-2": "held", backup: "lives_on", payroll: "open" },
    });
    expect(JSON.parse(out).keys).toHaveLength(8);
    expect(JSON.parse(out).newKeys).toMatchObject([{ label: "root-1" }, { label: "root-2" }]);
    expect((await campaign("next --wave unknown")).exitCode).toBe(1);
  });

  it("counts no outcome for a key that could not be read", async () => {
    await baselined((text) => `${text}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}`);
    const { exitCode, out } = await campaign("status --json", "erin");
    expect(exitCode).toBe(13);
    expect(outcomesIn(out)).toMatchObject({ "mail-1": "not_read", payroll: "open", "root-1": "not_read" });
    expect((await campaign("status", "erin")).out).toMatch(/^[0-9]+ keys of 10 still have to end; 5 could not be read/);
  });

  it("reports no success for keys that could not be read, and waits for their wave", async () => {
    await baselined((text) =>
      `${text}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}\n`
        .replace(/^blackouts.*$/m, "")
        .replace("label: 'draft*'", "label: 'mail*'"),
    );
    for (const command of ["halt pilot", "rollback pilot", "advance pilot", "request pilot destroy"]) {
      const { exitCode, out } = await campaign(command, "erin");
      expect([command, exitCode]).toEqual([command, 13]);
      expect(out).toContain("the key or its vault could not be read");
    }
    expect((await campaign("request main deactivate", "erin")).out).toContain("finish the step first: pilot");
    expect((await campaign("review pilot destroy", "erin")).out).toMatch(
      /^No key .* can be approved for destruction\n/,
    );
  });

  it("says how to name single vaults to a person who cannot list all of them", async () => {
    await baselined();
    await stage.world.control("faults", { operation: "listVaults", status: 403 });
    const { err } = await campaign("status");
    expect(err).toContain("Next: with roles in single vaults, name these vaults in scope.vaults of campaign.yaml");
  });
});

it("refuses a service whose clock jumped back behind the baseline", async () => {
  await baselined();
  await stage.world.control("clock", { set: "2026-11-20T09:00:00Z" });
  for (const command of ["plan", "status"]) {
    const { exitCode, err } = await campaign(command);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/is before the manifest of wave "[a-z]+"[\s\S]*\[UKO_CLOCK_SKEW\]/);
  }
});

describe("uko campaign status KEY", () => {
  it.each(["cards-1", "9b2d0000-0000-4000-8000-000000000004"])("finds a key by %s", async (typed) => {
    await baselined();
    const { exitCode, out } = await campaign(`status ${typed}`);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^1 key of campaign eol is named/);
    expect(out).toContain("Nothing has been cut off.");
  });

  it("finds a key by the end of its ARN, and says how to undo the outage", async () => {
    await baselined();
    const key = keyNamed("cards-1");
    const line =
      manifest()
        .split("\n")
        .find((each) => each.includes('"label":"cards-1"')) ?? "";
    const arn = (JSON.parse(line) as { cloudIds: { id: string }[] }).cloudIds[0]?.id ?? "";
    await takeStep("cards-1", "alice");
    const { out } = await campaign(`status ${arn.split("/").at(-1)}`);
    expect(out).toMatch(/Can be undone until it is destroyed, by Key Custodian - Deployer/);
    expect(out).toContain(`uko reactivate ${key}\n    undoes the last step\n`);
    expect((await stage.world.uko("alice", `reactivate ${key}`)).exitCode).toBe(0);
  });

  it("says so if no key has the name", async () => {
    await baselined();
    expect((await campaign("status unknown")).out).toMatch(/^No key of campaign eol has the ID/);
  });
});

describe("uko campaign status --live", () => {
  it("finds keystores and keys that are out of order, and blocked keys", async () => {
    await baselined();
    await stage.world.control("keystores/ce110000-0000-4000-8000-000000000002", { statusResponse: "error" });
    const ended = await campaign("status --live");
    expect(ended.exitCode).toBe(14);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-status-live.txt");
  });

  it("never syncs", async () => {
    await baselined();
    const before = (await stage.world.trail()).at(-1)?.seq ?? 0;
    await campaign("status --live");
    const calls = (await stage.world.trail()).filter(({ seq }) => seq > before).map(({ operation }) => operation);
    const used = new Set(calls.filter((operation) => isUkoCall(operation) || isKmsCall(operation)));
    expect([...used].sort()).toEqual([
      "getKeystoreStatus",
      "getStatusInKeystores",
      "getVault",
      "listKeystores",
      "listKmsKeys",
      "listManagedKeys",
      "listVaults",
    ]);
  });
});
