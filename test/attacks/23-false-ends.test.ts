/**
 * A report or a list that calls a key removed or destroyed, although the service was not asked for the key by its ID,
 * or not every keystore that was ever named for the key reports live that the key is gone.
 */

import { describe, expect, it } from "vitest";
import { campaignSeed, vaultIds } from "../cli/campaign-seed.ts";
import { dataOf, useCampaignStage } from "../cli/campaign-stage.ts";

const stage = useCampaignStage();

interface Read {
  /** Whether the report names something that it could not read. */
  readonly isUnread: boolean;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly out: string;
}

async function reported(): Promise<Read> {
  const json = await stage.campaign("status --live --json");
  const outcomes = dataOf(json).keys.map(
    ({ label, outcome }: { label: string; outcome: string }) => [label, outcome] as const,
  );
  const isUnread = dataOf(json).unreadable.length > 0;
  return { isUnread, outcomes: Object.fromEntries(outcomes), out: json.out };
}

const idOf = (label: string): string => stage.keyNamed(label).split("/")[1] ?? "";
const fault = (rule: object) => stage.world.control("faults", rule);

/** The list of a vault's keys as the service shows it to Carol. */
async function listed(vault: string): Promise<readonly { readonly id: string; readonly label: string }[]> {
  const states = "pre_activation,active,deactivated,destroyed";
  const query = new URLSearchParams({ "vault.id": vault, state: states, sort: "created_at" });
  return (await stage.world.as("carol").call("GET", `/api/v4/managed_keys?${query}`)).body.managed_keys;
}

describe("a key of the manifest is never left out of a report", () => {
  it.each([
    ["its KMS keys were taken out of the scope", "  kmsKeys: false\n", "root-1"],
    ["its vault was taken out of the scope", `  vaults: [${vaultIds.payments}]\n`, "mail-1"],
  ])("although %s after the manifest", async (_what, scope, label) => {
    await stage.planned();
    stage.write("campaign.yaml", stage.read("campaign.yaml").replace("waves:\n", `scope:\n${scope}waves:\n`));
    const { isUnread, outcomes } = await reported();
    expect([outcomes[label], isUnread]).toEqual(["not_read", true]);
    expect((await stage.campaign("status")).out).toContain(`(${label}): campaign.yaml leaves the key out of its scope`);
    expect((await stage.campaign("plan")).out).toContain(`(${label}): campaign.yaml leaves the key out of its scope`);
  });

  it.each([
    ["is short by one", 0],
    ["names another key twice", 1],
  ])(
    "although the list of its vault %s, and fits the vault's count if destroyed keys do not count",
    async (_, twice) => {
      await stage.planned();
      await stage.world.control(`keys/${idOf("cards-2")}`, { record: { state: "destroyed" } });
      const others = (await listed(vaultIds.payments)).filter(({ label }) => label !== "cards-1");
      const shown = [...others, ...others.slice(0, twice)];
      await fault({ operation: "listVaults", rewrite: { "vaults.keys_count": others.length } });
      // The vault "payments" is listed first. A list that contradicts itself is read once more.
      const short = {
        operation: "listManagedKeys",
        times: 1 + twice,
        rewrite: { managed_keys: shown, total_count: shown.length },
      };
      await fault(short);
      expect(await reported()).toMatchObject({ isUnread: true, outcomes: { "cards-1": "open" } });
      await fault({ operation: "getManagedKey", keyId: idOf("cards-1"), status: 403 });
      await fault(short);
      expect(await reported()).toMatchObject({ isUnread: true, outcomes: { "cards-1": "not_read" } });
    },
  );
});

describe("a removal that only the evidence notes is never called removed", () => {
  const forge = (label = "cards-1") => {
    const [vaultId = "", keyId = ""] = stage.keyNamed(label).split("/");
    const subject = { instanceId: campaignSeed.instance.id, vaultId, keyId, label };
    const actor = { iamId: "IBMid-550000BOB", name: "Bob" };
    const line = { v: 1, time: "2026-11-26T09:00:00Z", phase: "after", step: "remove", ...subject, from: "", to: "" };
    stage.write("evidence/forged.jsonl", `${JSON.stringify({ ...line, actor, keystores: [] })}\n`);
  };
  const outcome = async (command = "status --json", of = "cards-1") =>
    dataOf(await stage.campaign(command)).keys.find(({ label }: { label: string }) => label === of)?.outcome;

  it("while the list of its vault shows the key", async () => {
    await stage.planned();
    forge();
    expect(await outcome()).toBe("open");
  });

  it("if the list is too short, because uko then asks for the key by its ID", async () => {
    await stage.planned();
    forge();
    const rewrite = { managed_keys: [], total_count: 3 };
    await fault({ operation: "listManagedKeys", times: 2, rewrite });
    expect(await outcome()).toBe("open");
  });

  it("if its vault was taken out of the scope, so that no list was read of it", async () => {
    await stage.planned();
    forge("mail-1");
    const scope = `scope:\n  vaults: [${vaultIds.payments}]\n`;
    stage.write("campaign.yaml", stage.read("campaign.yaml").replace("waves:\n", `${scope}waves:\n`));
    expect(await outcome("status --json", "mail-1")).toBe("not_read");
  });

  it("and it opens no step: what acts asks for the key by its ID", async () => {
    await stage.planned();
    forge();
    await stage.world.uko("bob", `request ${stage.keyNamed("cards-1")}`);
    const [vaultId, keyId] = stage.keyNamed("cards-1").split("/");
    const hidden = (await listed(vaultId ?? "")).filter(({ id }) => id !== keyId);
    const rewrite = { managed_keys: hidden, total_count: hidden.length };
    await fault({ operation: "listManagedKeys", rewrite });
    const before = (await stage.world.trail()).length;
    await stage.campaign("next --json");
    const asked = (await stage.world.trail()).slice(before).filter((call) => call.operation === "getManagedKey");
    expect(asked.map((call) => call.keyId)).toContain(keyId);
  });
});

describe("a destroyed key is called destroyed only after every keystore said so live", () => {
  const label = "cards-1";
  const aws = { id: "ce110000-0000-4000-8000-000000000002", name: "aws", type: "aws_kms" };
  const foreign = { id: "ce110000-0000-4000-8000-00000000ffff", name: "elsewhere", type: "aws_kms" };
  const says = (keystore: object, over: object = {}) => ({
    ...{ keystore, status: "not_present", keystore_sync_flag: "ok", key_id_in_keystore: "" },
    keystore_sync_flag_detail: "destroyed_key_is_not_present_in_keystore",
    ...over,
  });
  const ahead = { destruction_at: "2027-02-01T00:00:00.000+00:00" };
  const unproven: readonly (readonly [string, readonly object[]])[] = [
    ["no keystore", []],
    ["a keystore that the key was never in", [says(foreign)]],
    ["its keystore as rid of the key, but with a date ahead", [says(aws, ahead)]],
  ];

  /** Two people destroyed the key; the keystore waits for 7 days, and then for as long as a test needs. */
  async function destroyed(): Promise<string> {
    await stage.planned();
    await stage.takeStep(label, "alice");
    await stage.world.advance("5h");
    await stage.takeStep(label, "carol");
    expect((await reported()).outcomes[label]).toBe("pending_destruction");
    await stage.world.advance("8d");
    return idOf(label);
  }

  /** As `uko ls` shows the key. */
  async function lifecycleState(): Promise<string> {
    const { out } = await stage.world.uko("bob", "ls payments --kind key --json");
    const keys = out.trimEnd().split("\n");
    return keys.map((line) => JSON.parse(line)).find((each) => each.label === label).lifecycleState;
  }

  it("and then a report calls it destroyed", async () => {
    await destroyed();
    const { isUnread, outcomes } = await reported();
    expect([outcomes[label], isUnread]).toEqual(["destroyed", false]);
    expect(await lifecycleState()).toBe("destroyed");
  });

  it.each(unproven)("although the status names %s", async (_what, statuses) => {
    const keyId = await destroyed();
    // The key itself names no keystore any more: only the manifest of the campaign remembers it.
    const nothing = { referenced_keystores: [], status_in_keystores: statuses, key_material_present: [] };
    await fault({ operation: "getManagedKey", keyId, rewrite: nothing });
    await fault({ operation: "getStatusInKeystores", keyId, rewrite: { status_in_keystores: statuses } });
    const { isUnread, outcomes, out } = await reported();
    expect([outcomes[label], isUnread]).toEqual(["not_read", true]);
    expect(out).toContain(`uko status ${stage.keyNamed(label)}`);
  });

  it.each(unproven)("and uko ls shows it as pending if the live status names %s", async (_what, statuses) => {
    await fault({
      operation: "getStatusInKeystores",
      keyId: await destroyed(),
      rewrite: { status_in_keystores: statuses },
    });
    expect(await lifecycleState()).toBe("pending_destruction");
  });

  it.each([
    ["an empty status", []],
    ["a status of a foreign keystore", [says(foreign)]],
  ])("and a list with %s is not believed, because its keystores can be asked", async (_what, statuses) => {
    const keyId = await destroyed();
    await stage.world.control(`keys/${keyId}`, { material: "enabled" });
    await fault({ operation: "listManagedKeys", rewrite: { "managed_keys.status_in_keystores": statuses } });
    expect((await reported()).outcomes[label]).toBe("open");
  });

  it("and a keystore that cannot be asked leaves the key without an outcome", async () => {
    const keyId = await destroyed();
    await fault({ operation: "getStatusInKeystores", keyId, status: 403 });
    const { isUnread, outcomes } = await reported();
    expect([outcomes[label], isUnread]).toEqual(["not_read", true]);
  });
});
