import { afterEach, describe, expect, it } from "vitest";
import { profiles, switchDefaults } from "../../provider/emulator/switches.ts";
import { startTestWorld, type TestWorld, vaultId } from "./harness.ts";

let world: TestWorld;
afterEach(() => world.close());

const tag = { name: "team", value: "pay" };

it.each(Object.keys(profiles))("a key can be led from created to removed under the profile %s", async (profile) => {
  world = await startTestWorld({ profile, switches: { vaultHeader: "optional" } });
  const { id } = await world.keyIn("destroyed");
  expect((await world.as("bob").remove(id)).status).toBe(204);
});

it("documented is the defaults", async () => {
  world = await startTestWorld({ profile: "documented" });
  expect(world.emulator.world.switches).toEqual(switchDefaults);
});

it("tags-dropped ignores tags without a word, and keeps those there were", async () => {
  world = await startTestWorld({ profile: "tags-dropped" });
  const created = await world.as("bob").create({ tags: [tag] });
  expect([created.status, created.body.tags]).toEqual([201, []]);
  const patched = await world.as("alice").patch(created.body.id, { tags: [tag], description: "kept\n[x]" });
  expect(patched.body).toMatchObject({ tags: [], description: "kept\n[x]" });
});

it("tags-rejected refuses them with 400", async () => {
  world = await startTestWorld({ profile: "tags-rejected" });
  expect((await world.as("bob").create({ tags: [tag] })).body.errors[0]).toMatchObject({
    code: "invalid_field",
    target: { name: "tags" },
  });
  const { id } = (await world.as("bob").create()).body;
  expect((await world.as("alice").patch(id, { tags: [] })).status).toBe(400);
});

it("no-carrier drops tags and collapses the white space of descriptions", async () => {
  world = await startTestWorld({ profile: "no-carrier" });
  const { body } = await world.as("bob").create({ tags: [tag], description: "one\n[two]" });
  expect(body).toMatchObject({ tags: [], description: "one [two]" });
});

it("sync-changes-writer names the caller of a sync as last writer", async () => {
  world = await startTestWorld({ profile: "sync-changes-writer" });
  const { id } = await world.keyIn("active");
  await world.as("alice").step(id, "sync_status_in_keystores");
  expect((await world.as("alice").key(id)).body.updated_by).toBe("IBMid-550000ALICE");
});

it("twin-as-service deletes twins as the service itself", async () => {
  world = await startTestWorld({ profile: "twin-as-service" });
  expect((await world.twinOf(await world.keyIn("pending"))).deletedBy).toMatch(/^iam-ServiceId-/);
});

it("stale-status shows the stored status until a status call or a sync asks the keystores", async () => {
  world = await startTestWorld({ profile: "stale-status" });
  for (const renew of ["status", "sync"]) {
    const { id } = await world.keyIn("pending", "cards");
    await world.advance("30d");
    const stored = async () => (await world.as("carol").key(id)).body.status_in_keystores[0]?.status;
    expect(await stored()).toBe("pending_destruction");
    if (renew === "sync") await world.as("carol").step(id, "sync_status_in_keystores");
    else await world.as("carol").call("GET", `/api/v4/managed_keys/${id}/status_in_keystores`);
    expect(await stored()).toBe("not_present");
  }
});

it("zos tells neither who created nor who wrote last", async () => {
  world = await startTestWorld({ profile: "zos" });
  const key = await world.keyIn("active");
  expect(key).not.toHaveProperty("updated_by");
  expect(key).not.toHaveProperty("created_by");
});

it("api-4.9 demands the vault header and does not know force", async () => {
  world = await startTestWorld({ profile: "api-4.9", switches: { vaultHeader: "optional" } });
  const { id } = await world.keyIn("pending");
  expect((await world.as("bob").remove(id, "?force=true")).status).toBe(409);
  await world.control("switches", { vaultHeader: "required" });
  const path = `/api/v4/managed_keys/${id}`;
  expect((await world.as("bob").call("GET", path)).body.errors[0]?.target).toEqual({
    type: "header",
    name: "UKO-Vault",
  });
  expect((await world.as("bob").call("GET", path, undefined, { "uko-vault": vaultId })).status).toBe(200);
});

describe("single switches", () => {
  it.each([
    ["coolDownHours", { coolDownHours: 10 }, "9h", 409],
    ["coolDownHours", { coolDownHours: 10 }, "11h", 200],
  ] as const)("%s: %o after %s: %i", async (_, switches, passed, status) => {
    world = await startTestWorld({ switches });
    const { id } = await world.keyIn("deactivated");
    await world.advance(passed);
    expect((await world.as("bob").step(id, "destroy")).status).toBe(status);
  });

  it("rotateStatus 204 answers a rotation without a body (U12)", async () => {
    world = await startTestWorld({ switches: { rotateStatus: 204 } });
    expect(await world.as("bob").step((await world.keyIn("active")).id, "rotate")).toMatchObject({
      status: 204,
      text: "",
    });
  });

  it("patchDestroyed refused answers 409", async () => {
    world = await startTestWorld({ switches: { patchDestroyed: "refused" } });
    expect((await world.as("alice").patch((await world.keyIn("pending")).id, { description: "x" })).status).toBe(409);
  });

  it("labelRules keystore applies the user interface's rules (3.10)", async () => {
    world = await startTestWorld({ switches: { labelRules: "keystore" } });
    expect((await world.as("bob").create({ label: "pay-roll" })).status).toBe(400);
    expect((await world.as("bob").create({ label: "pay-roll", template_name: "cards" })).status).toBe(201);
  });

  it("hrefs absolute are whole addresses (U32)", async () => {
    world = await startTestWorld({ switches: { hrefs: "absolute" } });
    const key = await world.keyIn("active");
    expect(key.href).toBe(`${world.url}/api/v4/managed_keys/${key.id}`);
    expect((await world.as("alice").call("GET", String(key.href).slice(world.url.length))).status).toBe(200);
  });
});
