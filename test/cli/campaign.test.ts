import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isKmsCall, isUkoCall } from "../support/calls.ts";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

const stage = useCampaignStage();
/** The key of the seed with the tag of a hold. */
const idOfHeld = campaignSeed.keys.find(({ label }) => label === "mail-2")?.id;
const { campaign, manifest, planned, keyNamed, remove, takeStep } = stage;

describe("uko campaign plan", () => {
  it("prints commands that a shell takes, and offers no certificate of keys that are left", async () => {
    await stage.world.control(`keys/${idOfHeld}`, { record: { tags: [] } });
    await planned((text) => text.replace(/^rules:[\s\S]*?^(?=\w)/m, "rules: []\n"));
    const { out } = await campaign("status");
    const commands = out.match(/^ +uko .*$/gm) ?? [];
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(() => execFileSync("sh", ["-n", "-c", command])).not.toThrow();
    expect(out).not.toContain("uko certificate create");
  });

  it("says first that the deadline has passed, and that only a later deadline helps", async () => {
    await planned((text) => text.replace(/^blackouts.*$/m, ""));
    await stage.world.advance("130d");
    const { out } = await campaign("plan");
    expect(out).toMatch(/^The deadline 2027-03-20 \(UTC\) has passed; \d+ keys can no longer end by it; nothing/);
    const remark = "after you set a later deadline in campaign.yaml";
    expect(out).toContain(`Next:\n  uko campaign plan --write --folder ${stage.folder}\n    ${remark}\n`);
    expect((await campaign("status")).out).toMatch(
      /^The deadline 2027-03-20 \(UTC\) has passed; \d+ keys of \d+ still /,
    );
  });

  it("gives every date a zone, in its text or in the head of its column", async () => {
    await planned();
    for (const command of ["plan", "status", "plan --html", "status --html"]) {
      const { out } = await campaign(command);
      const texts = out
        .replace(/<svg[\s\S]*?<\/svg>/, "")
        .replaceAll(/data-label="[^"]*\(UTC\)"[^>]*>\d{4}-\d\d-\d\d/g, "");
      const bare = command.endsWith("--html")
        ? texts.match(/\d{4}-\d\d-\d\d(?!(?: to \d{4}-\d\d-\d\d)? \(?UTC)/g)
        : null;
      expect(bare, command).toBeNull();
      for (const title of ["Late", "Waves, if every person", "Waves"]) {
        const [, rest, table = ""] = new RegExp(`^${title}(.*)\\n((?:.+\\n)*)`, "m").exec(out) ?? [];
        if (/ \d{4}-\d\d-\d\d /.test(table)) expect(rest).toMatch(/ \(dates in UTC\)$/);
      }
    }
  });

  it("is one page of HTML with --html, with the same exit code", async () => {
    await planned();
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
    await planned();
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
    await planned((text) => `${text}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}`);
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
  it("does not count a destroyed key as ended while a keystore may still hold its material", async () => {
    await planned((text) => text.replace(/^blackouts.*$/m, ""));
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
});

describe("the outcomes of a campaign", () => {
  const withOutcomes = async (): Promise<void> => {
    // The KMS keys stand for keys that were created later.
    await planned((text) => `${text}scope: {kmsKeys: false}\n`);
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

  it("gives each key of the manifest exactly one outcome, and names keys created after the manifest", async () => {
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

  it("reports no success for keys that could not be read, and waits for their wave", async () => {
    await planned((text) =>
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
});

it("refuses a service whose clock jumped back behind the manifest", async () => {
  await planned();
  await stage.world.control("clock", { set: "2026-11-20T09:00:00Z" });
  for (const command of ["plan", "status"]) {
    const { exitCode, err } = await campaign(command);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/is before the manifest of wave "[a-z]+"[\s\S]*\[UKO_CLOCK_SKEW\]/);
  }
});

describe("uko campaign status KEY", () => {
  it("finds a key by the end of its ARN, and says how to undo the outage", async () => {
    await planned();
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
});

describe("uko campaign status --live", () => {
  it("never syncs", async () => {
    await planned();
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
