import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startEmulator, startFromCommandLine } from "../../provider/emulator/start.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { checkSeed, type Seed } from "../../provider/emulator/store/seed.ts";
import { useFolder } from "../support/use-folder.ts";
import { apiKeys, auditOf, type Name, startTestWorld } from "./harness.ts";

const folder = useFolder();

const seeded = (keys: Seed["keys"], extra: Partial<Seed> = {}): Seed => ({
  ...structuredClone(demoSeed),
  clock: { start: "2026-11-24T12:00:00Z", frozen: true },
  keys,
  ...extra,
});

it.each<[string, unknown, RegExp]>([
  ["no instance", { ...demoSeed, instance: undefined }, /instance/],
  ["a misspelt member", { ...demoSeed, key: [] }, /key/],
  [
    "an unknown role",
    { ...demoSeed, identities: [{ ...demoSeed.identities[0], roles: ["Emperor"] }] },
    /identities\[0\]\.roles\[0\]/,
  ],
  [
    "a time that is none",
    seeded([{ label: "a", vault: "payments", template: "payroll", deactivatedAt: "yesterday" }]),
    /keys\[0\]\.deactivatedAt/,
  ],
  ["an unknown switch", { ...demoSeed, switches: { tags: "eaten" } }, /switches\.tags/],
  ["an unknown profile", { ...demoSeed, profile: "nonsense" }, /no such profile/],
  ["nobody", { ...demoSeed, identities: [] }, /identities/],
])("refuses a seed with %s, naming the place", (_, seed, message) => {
  expect(() => checkSeed(seed)).toThrow(message);
});

it.each<[string, Seed, RegExp]>([
  ["vault", seeded([{ label: "a", vault: "nowhere", template: "payroll" }]), /vault that it does not contain: nowhere/],
  [
    "template",
    seeded([{ label: "a", vault: "payments", template: "nothing" }]),
    /template that it does not contain: nothing/,
  ],
])("refuses a reference to an unknown %s", async (_, seed, message) => {
  await expect(startEmulator({ seed })).rejects.toThrow(message);
});

it("starts with keys in any state, with their history", async () => {
  const world = await startTestWorld({
    seed: seeded([
      {
        label: "old",
        vault: "payments",
        template: "cards",
        state: "deactivated",
        deactivatedAt: "2025-11-24T12:00:00Z",
        updatedBy: "IBMid-GONE",
        tags: [{ name: "team", value: "pay" }],
      },
      {
        label: "pending",
        vault: "payments",
        template: "payroll",
        state: "destroyed",
        deactivatedAt: "2026-11-20T00:00:00Z",
        destroyedAt: "2026-11-21T00:00:00Z",
      },
      {
        label: "gone",
        vault: "payments",
        template: "cards",
        state: "destroyed",
        deactivatedAt: "2026-10-20T00:00:00Z",
        destroyedAt: "2026-10-21T00:00:00Z",
      },
      {
        label: "unused",
        vault: "payments",
        template: "payroll",
        state: "destroyed",
        destroyedAt: "2026-11-24T11:00:00Z",
      },
      { label: "broken", vault: "payments", template: "payroll", state: "compromised" },
      {
        label: "watched",
        vault: "payments",
        template: "payroll",
        setForDeletion: { by: "IBMid-550000ALICE", at: "2026-11-24T00:00:00Z" },
        resources: [{ crn: "crn:a", preventKeyDeletion: true }],
      },
    ]),
  });
  const { body } = await world
    .as("alice")
    .call("GET", "/api/v4/managed_keys?state=active,deactivated,destroyed,compromised&sort=label");
  const shown = body.managed_keys.map((key) => [
    key.label,
    key.state,
    key.status_in_keystores[0]?.status,
    key.status_in_keystores[0]?.keystore_sync_flag,
  ]);
  expect(shown).toEqual([
    ["broken", "compromised", "not_active", "ok"],
    ["gone", "destroyed", "not_present", "ok"],
    ["old", "deactivated", "not_active", "ok"],
    ["pending", "destroyed", "pending_destruction", "ok"],
    ["unused", "destroyed", "not_present", "ok"],
    ["watched", "active", "active", "ok"],
  ]);
  const old = body.managed_keys[2];
  expect(old).toMatchObject({
    updated_by: "IBMid-GONE",
    updated_at: "2025-11-24T12:00:00Z",
    tags: [{ name: "team", value: "pay" }],
  });
  expect((await world.as("bob").step(old?.id ?? "", "destroy")).status).toBe(200);
  expect((await world.backingKeyOf(body.managed_keys[5] ?? body)).dualAuthDelete.authExpiration).toBe(
    "2026-12-01T00:00:00Z",
  );
  expect((await auditOf(world)).filter((entry) => entry.operation === "seed")).toHaveLength(6);
  await world.close();
});

it("starts backing keys under the instance's dual authorization", async () => {
  const world = await startTestWorld({
    seed: seeded([], { instance: { ...demoSeed.instance, dualAuthDelete: true } }),
  });
  expect((await world.backingKeyOf(await world.keyIn("active"))).dualAuthDelete).toEqual({
    enabled: true,
    keySetForDeletion: false,
  });
  await world.close();
});

it("starts with one active key if no seed is given", async () => {
  const demo = await startEmulator();
  expect([...demo.world.keys.values()].map(({ label, state }) => [label, state])).toEqual([["orders", "active"]]);
  await demo.close();
});

it("prefers the profile and switches of the start to those of the seed", async () => {
  const seed = seeded([], { profile: "tags-dropped", switches: { kmsWindowHours: 5 } });
  const own = await startEmulator({ seed });
  expect(own.world.switches).toMatchObject({ tags: "dropped", kmsWindowHours: 5 });
  await own.close();
  const emulator = await startEmulator({ seed, profile: "tags-rejected", switches: { kmsWindowHours: 6 } });
  expect(emulator.world.switches).toMatchObject({ tags: "rejected", kmsWindowHours: 6 });
  await emulator.close();
});

it("the script reads a seed file, and says what is wrong with it", async () => {
  const file = join(folder, "seed.json");
  await writeFile(file, JSON.stringify({ ...demoSeed, vaults: 7 }));
  const script = new URL("../../provider/emulator/main.ts", import.meta.url).pathname;
  const result = spawnSync(process.execPath, [script, "--seed", file], { encoding: "utf8" });
  expect([result.status, result.stdout]).toEqual([1, ""]);
  expect(result.stderr).toMatch(/^The seed is not valid\.\n[\s\S]*vaults/);
});

it("names a seed file that is missing or cut off", async () => {
  const file = join(folder, "seed.json");
  await expect(startFromCommandLine({ seed: file })).rejects.toThrow(file);
  await writeFile(file, '{ "instance": ');
  await expect(startFromCommandLine({ seed: file })).rejects.toThrow(/seed\.json is not JSON/);
});

it("lets Carol of the demo world purge a KMS key, and no other identity", async () => {
  const world = await startTestWorld();
  const { id: backingKeyId } = await world.backingKeyOf(await world.keyIn("destroyed"));
  await world.advance("5h");
  const purge = (who: Name) => world.as(who).kms("DELETE", `/keys/${backingKeyId}/purge`);
  for (const who of Object.keys(apiKeys) as Name[]) if (who !== "carol") expect((await purge(who)).status).toBe(401);
  expect((await purge("carol")).status).toBe(204);
  await world.close();
});
