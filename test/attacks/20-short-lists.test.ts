/**
 * Point 20: a list that leaves out an object which still exists, because the service contradicts itself, hides
 * what the caller may only read, or changes between two pages. No decision takes the object for gone.
 */

import { describe, expect, it, vi } from "vitest";
import { openHandlers } from "../../provider/compose/engines.ts";
import { vaultIds } from "../cli/campaign-seed.ts";
import { dataOf, useCampaignStage } from "../cli/campaign-stage.ts";

const stage = useCampaignStage();

/** The list without its objects, and with its count as it was. */
const emptied = (operation: string, collection: string, rest: object = {}) =>
  stage.world.control("faults", { operation, rewrite: { [collection]: [], ...rest } });

async function outcomes(): Promise<Readonly<Record<string, string>>> {
  const { keys } = dataOf(await stage.campaign("status --json"));
  return Object.fromEntries(
    keys.map(({ label, outcome }: { label: string; outcome: string }) => [label, outcome] as const),
  );
}

describe("a campaign reports the outcomes of keys as they are", () => {
  it.each([
    ["the list of managed keys ends before its count", "listManagedKeys", "managed_keys", {}],
    ["the list of managed keys is empty and counts nothing", "listManagedKeys", "managed_keys", { total_count: 0 }],
    ["KMS hides its keys from the list", "listKmsKeys", "resources", {}],
  ])("although %s", async (_what, operation, collection, rest) => {
    await stage.planned();
    const before = await outcomes();
    expect(Object.values(before)).not.toContain("removed");
    await emptied(operation, collection, rest);
    expect(await outcomes()).toEqual(before);
  });

  it("and names a key that it cannot read, which has no outcome", async () => {
    await stage.planned();
    await emptied("listManagedKeys", "managed_keys");
    const key = stage.keyNamed("cards-1");
    await stage.world.control("faults", { operation: "getManagedKey", keyId: key.split("/")[1], status: 403 });
    const report = await stage.campaign("status");
    expect(report.exitCode).toBe(13);
    expect(report.out).toContain(`Key ${key} (cards-1): `);
    expect((await outcomes())["cards-1"]).toBe("not_read");
  });

  it("and asks for a removed key by its ID, although the vault's own count confirms the list", async () => {
    await stage.planned();
    await stage.takeStep("draft-1", "carol");
    await stage.world.advance("31d");
    await stage.remove("draft-1");
    const before = (await stage.world.trail()).length;
    expect((await outcomes())["draft-1"]).toBe("removed");
    const reads = (await stage.world.trail()).slice(before).filter(({ operation }) => operation === "getManagedKey");
    expect(new Set(reads.map(({ keyId }) => keyId))).toEqual(new Set([stage.keyNamed("draft-1").split("/")[1]]));
  });

  it("and names a vault whose list leaves out keys, so that new ones may be missing too", async () => {
    await stage.planned();
    await emptied("listManagedKeys", "managed_keys", { total_count: 0 });
    const { exitCode, out } = await stage.campaign("status");
    expect(exitCode).toBe(13);
    expect(out).toContain("The list of its keys leaves out 5 keys that exist");
  });
});

it("a new manifest keeps a living key that the list leaves out", async () => {
  await stage.planned();
  const before = stage.manifest().match(/"label":"[^"]+"/g);
  await emptied("listManagedKeys", "managed_keys");
  await stage.campaign("plan --write --yes");
  expect(stage.manifest().match(/"label":"[^"]+"/g)).toEqual(before);
});

/** The KMS key behind "ledger", which KMS lets two people delete. */
async function findBackingKey(): Promise<string> {
  const { cloudIds } = stage
    .manifest()
    .split("\n")
    .filter((line) => line.includes('"label":"ledger"'))
    .map((line) => JSON.parse(line))[0];
  return cloudIds[0].id.split("/").at(-1);
}

it("the backing key of a managed key is not set for deletion, although the list of keystores leaves its keystore out", async () => {
  await stage.planned();
  const backingKey = await findBackingKey();
  await emptied("listKeystores", "keystores");
  const { exitCode, out } = await stage.world.uko("carol", `request kms/${backingKey}`);
  expect([exitCode, out]).toEqual([12, expect.stringContaining("[UKO_KMS_KEY_IS_BACKING_KEY]")]);
  expect(out).toContain("shorter than its own count");
  expect((await stage.world.trail()).filter(({ operation }) => operation === "setKeyForDeletion")).toEqual([]);
});

it("backing keys do not enter a campaign as KMS keys, although the list of keystores leaves their keystore out", async () => {
  stage.complete();
  await emptied("listKeystores", "keystores");
  // An older service does not name the backing keys of its managed keys either.
  await stage.world.control("faults", {
    operation: "listManagedKeys",
    rewrite: { "managed_keys.status_in_keystores": [] },
  });
  const { exitCode } = await stage.campaign("plan --write --yes");
  expect(exitCode).toBe(13);
  const kms = stage
    .manifest()
    .split("\n")
    .filter((line) => line.includes('"kind":"kms"'));
  expect(kms).toEqual([]);
});

it("a keystore's groups are not narrowed, although the list leaves out the key that would be cut off", async () => {
  for (const [name, value] of Object.entries(stage.world.environmentOf("carol"))) vi.stubEnv(name, value);
  const { keystore } = openHandlers(() => ({}), { progress: { report: () => {} } }, { rerun: "pulumi up" }).resources;
  const options = { signal: new AbortController().signal };
  const id = `${vaultIds.payments}/ce110000-0000-4000-8000-000000000002`;
  const found = await keystore.lookup(id, options);
  const inputs = { ...keystore.inputsOf(found?.state as never), groups: ["other"] };
  const narrowed = () => keystore.update(found?.state, inputs, options).catch((error: unknown) => error);
  expect(await narrowed()).toMatchObject({ code: "UKO_KEY_WOULD_BE_UNLINKED" });
  await emptied("listManagedKeys", "managed_keys");
  expect(await narrowed()).toMatchObject({ code: "UKO_CONTENTS_UNREADABLE" });
  vi.unstubAllEnvs();
});
