import { beforeEach, expect, it } from "vitest";
import { judge, type TrailEntry } from "../support/oracle.ts";
import { auditOf, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();
beforeEach(async () => {
  await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true });
});

const verdict = async () =>
  judge((await auditOf(world)) as unknown as readonly TrailEntry[], { required: true, gate: "both" });

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
