import { beforeEach, expect, it } from "vitest";
import { explainVerdict, judge, type TrailEntry } from "../support/oracle.ts";
import { auditOf, type Name, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();
beforeEach(async () => {
  await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true });
});

const iamIds = { alice: "IBMid-550000ALICE", bob: "IBMid-550000BOB" } as const;

/** Writes the consent record of one person for one step, as the product would. */
async function consent(name: "alice" | "bob", id: string, step: "deactivate" | "destroy"): Promise<void> {
  const seconds = Math.floor(world.emulator.world.clock.nowMs() / 1_000);
  const record = { v: 1, s: step, t: seconds, d: "0".repeat(32), a: iamIds[name], n: name, h: "command" };
  const value = Buffer.from(JSON.stringify(record)).toString("hex");
  expect((await world.as(name).patch(id, { tags: [{ name: "uko_deletion", value }] })).status).toBe(200);
}

const verdict = async () =>
  judge((await auditOf(world)) as unknown as readonly TrailEntry[], { required: true, gate: "both" });

it("two people delete a key in four runs, and neither of them could do it alone", async () => {
  const { id } = (await world.as("bob").create({ label: "payroll" })).body;
  const refused = async (name: Name, action: string): Promise<void> =>
    expect((await world.as(name).step(id, action)).status).toBe(403);

  await consent("bob", id, "deactivate");
  await refused("bob", "deactivate");
  expect((await world.as("alice").step(id, "deactivate")).body.state).toBe("deactivated");
  await consent("alice", id, "destroy");
  await world.advance("4h");
  await refused("alice", "destroy");
  expect((await world.as("bob").step(id, "destroy")).body.state).toBe("destroyed");
  expect((await world.as("bob").remove(id)).status).toBe(409);
  await world.advance("30d");
  expect((await world.as("alice").remove(id)).status).toBe(403);
  expect((await world.as("bob").remove(id)).status).toBe(204);
  expect((await world.as("bob").key(id)).status).toBe(404);

  expect(explainVerdict(await verdict())).toBe("");
});

it("the oracle convicts one person who holds every role", async () => {
  const { id } = (await world.as("carol").create()).body;
  await world.as("carol").step(id, "deactivate");
  await world.advance("5h");
  await world.as("carol").step(id, "destroy");
  await world.as("carol").remove(id, "?force=true");
  expect((await verdict()).violations.map((violation) => violation.kind)).toEqual([
    "no-consent",
    "no-consent",
    "force",
    "removed-with-material",
  ]);
});

it("the oracle convicts a step whose response was lost", async () => {
  const { id } = (await world.as("bob").create()).body;
  await world.control("faults", { operation: "deactivateManagedKey", drop: "after", times: 1 });
  await expect(world.as("alice").step(id, "deactivate")).rejects.toThrow();
  expect((await verdict()).violations).toMatchObject([
    { kind: "no-consent", operation: "deactivateManagedKey", keyId: id },
  ]);
});
