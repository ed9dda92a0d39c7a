/** Vaults against the emulator: made once, adopted by an input, changed if they differ, deleted when empty. */

import { describe, expect, test } from "vitest";
import type { World } from "../../provider/engine/ports/world.ts";
import { vaultId } from "../emulator/harness.ts";
import { checkedBy, containersOf } from "../engine/containers-harness.ts";
import { codeOf, options, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();

const create = (news: unknown, wrap?: (world: World) => World) => {
  const { vaults } = containersOf(uko, "bob", wrap === undefined ? {} : { wrap });
  return vaults.create(checkedBy(vaults, news), options);
};
const count = async (): Promise<number> => (await containersOf(uko, "bob").world.vaults.list({}, options)).length;

/** The service makes the vault, and its response is lost. */
const losingResponse = (world: World): World => ({
  ...world,
  vaults: {
    ...world.vaults,
    async create(wanted, callOptions) {
      await world.vaults.create(wanted, callOptions);
      return { kind: "lost", reason: "reset" };
    },
  },
});

describe("creating a vault", () => {
  test("makes one, and returns its properties", async () => {
    const { id, state } = await create({ name: "ledger", description: "Of the ledger" });
    expect(state).toMatchObject({
      name: "ledger",
      description: "Of the ledger",
      vaultId: id,
      deletionProtection: false,
    });
    expect(containersOf(uko, "bob").vaults.diff(state, { name: "ledger" })).toEqual([]);
  });

  test("adopts the one that a lost response made", async () => {
    const { state } = await create({ name: "ledger" }, losingResponse);
    expect(state.name).toBe("ledger");
    expect(await count()).toBe(2);
  });

  test("does not adopt one that another writer made of that name while the response was lost", async () => {
    const overtaken = (world: World): World => ({
      ...world,
      vaults: {
        ...world.vaults,
        async create(wanted, callOptions) {
          await containersOf(uko, "carol").world.vaults.create(wanted, callOptions);
          return { kind: "lost", reason: "reset" };
        },
      },
    });
    expect(await codeOf(create({ name: "ledger" }, overtaken))).toBe("UKO_SERVICE_REFUSED");
  });

  test("reports an unknown result if the request was lost", async () => {
    const losingRequest = (world: World): World => ({
      ...world,
      vaults: { ...world.vaults, create: async () => ({ kind: "lost", reason: "reset" }) },
    });
    expect(await codeOf(create({ name: "ledger" }, losingRequest))).toBe("UKO_RESPONSE_LOST");
  });

  test("reports after a canceled search that one may exist", async () => {
    const stop = new AbortController();
    const stopping = (world: World): World => ({
      ...world,
      vaults: {
        ...world.vaults,
        async create(wanted, callOptions) {
          await world.vaults.create(wanted, callOptions);
          stop.abort();
          return { kind: "lost", reason: "the run was stopped" };
        },
      },
    });
    const { vaults } = containersOf(uko, "bob", { wrap: stopping });
    const creation = vaults.create(checkedBy(vaults, { name: "ledger" }), { signal: stop.signal });
    await expect(creation).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      summary: expect.stringContaining('whether vault "ledger" was created'),
      cause: expect.objectContaining({ code: "UKO_CANCELED" }),
    });
    expect(await count()).toBe(2);
  });

  test("never adopts an older one, and offers to adopt it", async () => {
    await expect(create({ name: "payments" }, losingResponse)).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      summary: `Vault "payments" already exists, with ID ${vaultId}`,
      detail: expect.stringContaining(`declares vault ${vaultId}, set existingVaultId to it`),
    });
    expect(await count()).toBe(1);
  });

  test("names the role that is missing", async () => {
    const { vaults } = containersOf(uko, "alice");
    await expect(vaults.create(checkedBy(vaults, { name: "ledger" }), options)).rejects.toMatchObject({
      code: "UKO_RIGHTS_MISSING",
      detail: expect.stringMatching(/Vault Administrator[\s\S]*\nNothing was created\.$/),
    });
  });

  test.each([
    [{}, "name"],
    [{ name: "a\u0000" }, "name"],
    [{ name: "x", description: "d".repeat(201) }, "description"],
    [{ name: "x", existingVaultId: "not-an-id" }, "existingVaultId"],
    [{ name: "x", nmae: "y" }, "nmae"],
  ])("fails in preview for %j", (news, property) => {
    expect(containersOf(uko, "bob").vaults.check(news, {}).failures).toEqual([expect.objectContaining({ property })]);
  });
});

describe("an existing vault", () => {
  test("is adopted with the values that the program declares, so that state reports none that were not written", async () => {
    const { vaults } = containersOf(uko, "bob");
    const news = checkedBy(vaults, { name: "payments", description: "New", existingVaultId: vaultId });
    const preview = { ...options, isPlanned: () => false };
    expect(await vaults.previewCreation(news, preview)).toEqual({
      failures: [],
      warnings: [expect.stringMatching(/^This run adopts the existing vault .*\n.*writes .*: description\.$/)],
    });
    const { state } = await vaults.create(news, options);
    expect(state.description).toBe("New");
    expect(uko.test.emulator.world.vaults.get(vaultId)?.description).toBe("New");
    expect(vaults.diff(state, news)).toEqual([]);
  });

  test("is not written without a difference", async () => {
    const { state } = await create({ name: "ledger" });
    const { vaults, world } = containersOf(uko, "bob");
    const seq = await uko.lastSeq();
    await vaults.update(state, { name: "ledger", deletionProtection: true }, options);
    expect((await uko.trail()).filter((entry) => entry.seq > seq && entry.effect)).toEqual([]);
    expect(world.session.instanceId).toBe(state.instanceId);
  });

  test("reports drift, and repairs none", async () => {
    const { state } = await create({ name: "ledger" });
    const { vaults } = containersOf(uko, "bob");
    await vaults.update(state, { name: "ledger", description: "By hand", deletionProtection: false }, options);
    const found = await vaults.read(state, options);
    expect(found?.warnings).toEqual(['Vault "ledger" was changed since the last run: description']);
  });

  test("is found by its ID alone, and listed", async () => {
    const { vaults } = containersOf(uko, "bob");
    expect((await vaults.lookup(vaultId, options))?.state.name).toBe("payments");
    expect((await vaults.list({}, options)).map(({ id }) => id)).toEqual([vaultId]);
    expect(await codeOf(vaults.lookup("payments", options))).toBe("UKO_INPUT_INVALID");
  });

  test("ignores existingVaultId after the adoption, and adopts no other vault", async () => {
    const { state } = await create({ name: "payments", existingVaultId: vaultId });
    const { vaults } = containersOf(uko, "bob");
    expect(vaults.check({ name: "payments" }, state).failures).toEqual([]);
    const other = { name: "payments", existingVaultId: "5c1e0000-0000-4000-8000-00000000ffff" };
    expect(vaults.check(other, state).failures).toEqual([expect.objectContaining({ property: "existingVaultId" })]);
    expect(await codeOf(vaults.update(state, other, options))).toBe("UKO_CHANGE_IMPOSSIBLE");
  });
});

describe("the deletion of a vault", () => {
  test("succeeds once it is empty, with evidence before and after", async () => {
    const { state } = await create({ name: "ledger" });
    const { vaults, run } = containersOf(uko, "bob");
    expect(await vaults.delete(state, options)).toMatchObject({ kind: "ended", warnings: [] });
    expect(run.evidence.map(({ phase, resource, step }) => [phase, resource, step])).toEqual([
      ["before", "vault", "delete"],
      ["after", "vault", "delete"],
    ]);
    expect(run.progress).toEqual(['Deleting vault "ledger"']);
    expect(await count()).toBe(1);
  });

  test("waits for its contents, and names them", async () => {
    const { state } = await create({ name: "payments", existingVaultId: vaultId });
    expect(await containersOf(uko, "bob").vaults.delete(state, options)).toMatchObject({
      code: "UKO_CONTAINER_IN_USE",
      message: expect.stringMatching(
        /^Vault "payments" still contains 6 keystores and templates: keystore "payroll-ring"/,
      ),
    });
    await uko.make({ label: "salaries" });
    expect(await containersOf(uko, "bob").vaults.delete(state, options)).toMatchObject({
      code: "UKO_CONTAINER_IN_USE",
      message: expect.stringMatching(/^Vault "payments" still contains key "salaries" \(active\)\n/),
    });
  });

  test("is refused under the deletion protection in state", async () => {
    const { state } = await create({ name: "ledger", deletionProtection: true });
    expect(await containersOf(uko, "bob").vaults.delete(state, options)).toMatchObject({
      code: "UKO_DELETION_PROTECTED",
    });
  });

  test("is not concluded from a 404 alone", async () => {
    const { state } = await create({ name: "ledger" });
    uko.test.emulator.world.vaults.delete(state.vaultId);
    const withoutProof = (world: World): World => ({
      ...world,
      session: { ...world.session, isInstanceProven: async () => false },
    });
    const { vaults } = containersOf(uko, "bob", { wrap: withoutProof });
    expect(await codeOf(vaults.read(state, options))).toBe("UKO_GONE_UNPROVEN");
    expect(await codeOf(vaults.delete(state, options))).toBe("UKO_GONE_UNPROVEN");
  });

  test("is left to the other instance if the state names another instance", async () => {
    const { state } = await create({ name: "ledger" });
    const elsewhere = { ...state, instanceId: "0e5f1c3a-7b1d-4c55-9d2e-000000000000" };
    expect(await codeOf(containersOf(uko, "bob").vaults.delete(elsewhere, options))).toBe("UKO_INSTANCE_MISMATCH");
  });
});
