import { readdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

const stage = useCampaignStage();
const { campaign, write, read, manifest, complete, planned, keyNamed } = stage;

/** IDs of the seed by label. */
const keyIdFor = (label: string): string => campaignSeed.keys.find((key) => key.label === label)?.id ?? "";
const keyIdOf = (name: string): string => campaignSeed.kmsKeys.find((key) => key.name === name)?.id ?? "";

describe("the first uko campaign plan", () => {
  it("writes a campaign.yaml that can be read", async () => {
    expect((await campaign("plan")).exitCode).toBe(0);
    expect((await campaign("plan --write --yes")).out).toMatch(/wrote .* with 10 keys/);
    expect(manifest().match(/"class":"leave","wave":"no-rule"/g)).toHaveLength(10);
  });

  it("does not overwrite a campaign", async () => {
    write("campaign.yaml", "mine");
    expect([(await campaign("plan")).exitCode, read("campaign.yaml")]).toEqual([1, "mine"]);
  });
});

describe("uko campaign plan --write", () => {
  it("writes one line a key, and the same file again if nothing changed", async () => {
    complete();
    expect((await campaign("plan --write --yes")).exitCode).toBe(0);
    const before = manifest();
    await stage.world.advance("1d");
    expect((await campaign("plan --write --yes")).exitCode).toBe(0);
    expect(manifest()).toBe(before);
  });

  it("is blocked by the owner and the reason of the draft, and writes nothing", async () => {
    complete((text) =>
      text.replace("owner: platform", "owner: name the owner").replace("Never used", "name the reason"),
    );
    const untouched = (await campaign("plan --write --yes")).out;
    expect(untouched).toMatch(/destroy requires an owner/);
    expect(untouched).toMatch(/destroy requires a reason/);
    expect(() => manifest()).toThrow("ENOENT");
  });

  it("is blocked if a rule matches names of vaults that could not be read", async () => {
    complete(
      (text) =>
        `${text.replace("{label: 'draft*'}", "{vault: 'pay*'}")}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}\n`,
    );
    await stage.world.control("faults", { operation: "listVaults", status: 403, times: 99 });
    const { exitCode, out } = await campaign("plan --write --yes");
    expect(exitCode).toBe(13);
    expect(() => manifest()).toThrow("ENOENT");
    expect(out).toContain("rules[0] matches the name of a vault, and the names could not be read");
    complete(
      (text) =>
        `${text.replace("{label: 'draft*'}", `{vault: [${vaultIds.payments}]}`)}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}\n`,
    );
    expect((await campaign("plan")).out).not.toContain("matches the name of a vault");
  });

  it("blocks a declared key until its stack takes part, and for good if the program protects it", async () => {
    await planned();
    const [payroll, ledger, draft] = ["payroll", "ledger", "draft-1"].map(keyNamed);
    const urn = (name: string) => `urn:pulumi:prod::app::uko:index:ManagedKey::${name}`;
    const pulumi = (name: string, id: string, more: object) => ({
      urn: urn(name),
      type: "uko:index:ManagedKey",
      id,
      outputs: {},
      ...more,
    });
    const terraform = (type: string, name: string, attributes: object) => ({
      ...{ mode: "managed", type, name, provider: 'provider["registry.terraform.io/ibm-cloud/ibm"]' },
      instances: [{ attributes }],
    });
    write(
      "stack.json",
      JSON.stringify({
        version: 3,
        deployment: {
          resources: [
            pulumi("payroll", payroll ?? "", { protect: true }),
            pulumi("ledger", ledger ?? "", {}),
            pulumi("old", keyNamed("cards-1"), { delete: true }),
          ],
        },
      }),
    );
    write(
      "ibm.tfstate",
      JSON.stringify({
        version: 4,
        resources: [
          terraform("ibm_hpcs_managed_key", "draft", { id: `eu-de/${campaignSeed.instance.id}/${draft}` }),
          terraform("ibm_kms_key", "root", { id: `crn:v1:x:key:${keyIdOf("root-1")}` }),
        ],
      }),
    );
    await campaign(`plan --write --yes --declared ${stage.folder}/stack.json --declared ${stage.folder}/ibm.tfstate`);
    const declared = async () =>
      (JSON.parse((await campaign("plan --json")).out) as { keys: { label: string; why: string }[] }).keys
        .filter(({ why }) => why.startsWith("a program declares"))
        .map(({ label }) => label)
        .sort();
    expect(await declared()).toEqual(["draft-1", "ledger", "payroll", "root-1"]);
    write("campaign.yaml", `${read("campaign.yaml")}takingPart: ["urn:pulumi:prod::*", "ibm_hpcs_managed_key.*"]\n`);
    expect(await declared()).toEqual(["payroll", "root-1"]);
  });

  it("blocks a key that is in use until a rule overrides it, and names the blind spots", async () => {
    complete();
    const usage = `key,lastUsed,count\n${keyIdFor("cards-1")},2026-11-20,7\n${keyIdFor("ledger")},2025-01-01,3\n`;
    write("usage.csv", usage);
    const { out } = await campaign(`plan --write --yes --usage ${stage.folder}/usage.csv`);
    expect(out).toMatch(/UKO does not see who uses the copies of 4 keys in other clouds/);
    expect(out).toMatch(/7 keys may still be in use, although no evidence of use exists/);
    const inUse = async () =>
      (JSON.parse((await campaign("plan --json")).out) as { keys: { label: string; why: string }[] }).keys
        .filter(({ why }) => why.startsWith("in use"))
        .map(({ label }) => label)
        .sort();
    expect(await inUse()).toEqual(["cards-1", "payroll"]);
    complete((text) => text.replaceAll("reason: Moved}", "reason: Moved, override: Agreed with the team}"));
    await campaign(`plan --write --yes --usage ${stage.folder}/usage.csv`);
    expect(await inUse()).toEqual([]);
  });

  it("keeps the block of a key in use until its evidence is read again, whichever option is missing", async () => {
    complete();
    write("usage.csv", `key,lastUsed,count\n${keyIdFor("cards-1")},2026-11-20,7\n`);
    await campaign(`plan --write --yes --usage ${stage.folder}/usage.csv`);
    const inUse = async () =>
      (JSON.parse((await campaign("plan --json")).out) as { keys: { label: string; why: string }[] }).keys
        .filter(({ why }) => why.startsWith("in use"))
        .map(({ label }) => label)
        .sort();
    await campaign("plan --write --yes");
    expect(await inUse()).toEqual(["cards-1", "payroll"]);
    const lines = () => manifest().split("\n");
    const before = lines();
    await stage.world.advance("1d");
    await campaign("plan --write --yes");
    expect(lines()).toEqual(before);
    await stage.world.control("faults", { operation: "listResourcesOfKey", status: 403, times: 8 });
    await campaign("plan --write --yes");
    expect(await inUse()).toEqual(["cards-1", "payroll"]);
    await stage.world.control(`keys/${keyIdFor("payroll")}`, { removeResource: "crn:v1:bucket-1" });
    await campaign("plan --write --yes");
    expect(await inUse()).toEqual(["cards-1"]);
  });

  it.each([
    ["a state that uko cannot read", "--declared", "{}", /not a state that uko can read/],
    ["usage without a column for keys", "--usage", "id\n1\n", /column key is missing/],
    ["usage on a day that is not in ISO 8601", "--usage", "key,lastUsed\na,26.11.2026\n", /row 2 needs a lastUsed/],
    ["usage on a day that does not exist", "--usage", "key,lastUsed\na,2026-13-01\n", /row 2 needs a lastUsed/],
    ["usage that is counted in words", "--usage", "key,count\na,0\nb,many\n", /row 3 needs a lastUsed/],
    ["usage that says nothing of the use", "--usage", "key\na\n", /row 2 needs a lastUsed/],
  ])("refuses %s", async (_, option, content, message) => {
    complete();
    write("input", content);
    const { exitCode, err } = await campaign(`plan --write --yes ${option} ${stage.folder}/input`);
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
    expect((await campaign(`plan --write --yes ${option} ${stage.folder}/missing`)).err).toMatch(/Could not read/);
  });

  it("takes the owner of a key from a tag, and removes the files of an owner without keys", async () => {
    complete((text) => text.replace("owner: payments", "owner: tag:team"));
    expect((await campaign("plan --write --yes")).out).toMatch(
      /destroy requires an owner: name one in the rule, or a tag/,
    );
    complete();
    await campaign("plan --write --yes");
    const names = () => readdirSync(path.join(stage.folder, "manifest")).sort();
    expect(names()).toContain("platform.jsonl");
    complete((text) => text.replace("owner: platform", "owner: payments"));
    await campaign("plan --write --yes");
    expect(names()).toEqual(
      [
        "_campaign.jsonl",
        ...["backup-team", "payments", "roots"].flatMap((each) => [`${each}.jsonl`, `${each}.md`]),
      ].sort(),
    );
    expect((await campaign("status")).exitCode).toBe(0);
  });

  it("names a vault that does not exist or cannot be read, and exits with 13", async () => {
    complete((text) => `${text}scope: {vaults: [${vaultIds.payments}, 5c1e0000-0000-4000-8000-00000000dead]}\n`);
    const { exitCode, out } = await campaign("plan --write --yes");
    expect(exitCode).toBe(13);
    expect(out).toMatch(/Not read\n {2}Vault 5c1e0000-0000-4000-8000-00000000dead: .*\[UKO_NOT_FOUND\]/);
  });

  it("refuses an edited manifest, and a linked file", async () => {
    complete();
    await campaign("plan --write --yes");
    write("manifest/payments.jsonl", read("manifest/payments.jsonl").replace('"reason":"Moved"', '"reason":"Sold"'));
    expect((await campaign("plan --write --yes")).err).toContain("the page of payments.jsonl does not say");
    const file = path.join(stage.folder, "manifest/payments.jsonl");
    rmSync(file);
    symlinkSync(path.join(stage.folder, "campaign.yaml"), file);
    expect((await campaign("plan --write --yes")).err).toContain("payments.jsonl could not be read");
  });
});
