/**
 * A vault, keystore or template is renamed in a Pulumi program without an alias, under
 * `--continue-on-error`: its creation fails, and the engine then deletes the former resource.
 */

import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { vaultId } from "../emulator/harness.ts";
import { type Properties, statusOf } from "../pulumi-plugin/engine.ts";
import { usePluginStage } from "../pulumi-plugin/plugin-stage.ts";
import { nativeResource } from "./native-resource.ts";

const stage = usePluginStage();

const periods = { activationPeriod: "P0D", expirationPeriod: "P2Y" };
const template = { vaultId, name: "ledger", algorithm: "aes", size: "256", group: "payroll", ...periods };
const containers = [
  ["Vault", { name: "ledger" }, "existingVaultId"],
  ["Keystore", { vaultId, type: "internal", name: "ledger" }, "existingKeystoreId"],
  ["KeyTemplate", { ...template, keystoreType: "ibm_cloud_kms" }, "existingTemplateId"],
] as const;

/** A container that an earlier run made as "ledger", and the run whose program has it under another name or parent. */
async function renamed(type: string, news: Properties, parents = "") {
  const first = nativeResource(stage.bob, "ledger", `uko:index:${type}`);
  const { id, properties } = await first.create(await first.check(news));
  await stage.uko.advance("60s");
  await stage.bob.beginRun();
  const [ledger, later] = [first, nativeResource(stage.bob, parents === "" ? "books" : "ledger", first.type, parents)];
  const { vaults, keystores, templates } = stage.uko.test.emulator.world;
  const exists = () => [vaults, keystores, templates].some((all) => all.has(id.split("/").at(-1) ?? ""));
  return { id, properties, ledger, later, exists };
}

test.each(containers)(
  "%s: the deletion of the former name is refused, and names the alias that works",
  async (type, news, adoptBy) => {
    const { id, properties, ledger, later, exists } = await renamed(type, news);
    const failed = await statusOf(later.create(await later.check(news)));
    expect(failed.details).toContain("already exists, with ID");
    expect(failed.details).toMatch(
      new RegExp(`If no other resource of this or another stack declares .*, set ${adoptBy}`),
    );
    const refused = await statusOf(ledger.delete(id, properties));
    expect(refused).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(refused.details).toMatch(/^"ledger" stays in the state, because "books" names the same object/);
    expect(refused.details).toContain(`set this option of "books":\n  aliases: ["${ledger.urn}"]\n`);
    expect(refused.details).toContain("[UKO_DECLARED_TWICE]");
    expect(exists()).toBe(true);
  },
);

test("a creation that fails before the name is looked up refuses the deletion as well", async () => {
  const { id, properties, ledger, later, exists } = await renamed(...containers[1]);
  await later.check(containers[1][1]);
  const refused = await statusOf(ledger.delete(id, properties));
  expect(refused.details).toContain("[UKO_DECLARED_TWICE]");
  expect(exists()).toBe(true);
});

test("a move into a component refuses the deletion, and tells the two places apart", async () => {
  const { id, properties, ledger, later, exists } = await renamed(
    ...(containers[0].slice(0, 2) as ["Vault", Properties]),
    "pay:index:Books$",
  );
  await statusOf(later.create(await later.check(containers[0][1])));
  const refused = await statusOf(ledger.delete(id, properties));
  expect(refused.details).toMatch(
    /^"ledger" at the top level stays in the state, because "ledger" in pay:index:Books names/,
  );
  expect(refused.details).toContain(`  aliases: ["${ledger.urn}"]`);
  expect(exists()).toBe(true);
});

test("if the run knows who holds the container, the failed creation names its URN, and a rename only if the parent stays", async () => {
  for (const parents of ["", "pay:index:Books$"]) {
    const news = { name: `ledger ${parents.length}` };
    const { id, properties, ledger, later } = await renamed("Vault", news, parents);
    await ledger.read(id, properties);
    const { details } = await statusOf(later.create(await later.check(news)));
    expect(details).toContain(`\n  aliases: ["${ledger.urn}"]`);
    expect(details).toContain("Do not set existingVaultId.");
    expect(details.includes("pulumi state rename")).toBe(parents === "");
  }
});

test("an adoption under the new name lets the former resource leave the state, and keeps the container", async () => {
  const { id, properties, ledger, later, exists } = await renamed("Vault", { name: "ledger" });
  await later.create(await later.check({ name: "ledger", existingVaultId: id }));
  await ledger.delete(id, properties);
  expect(exists()).toBe(true);
});

test("a vault that leaves the program while another of another name arrives is deleted", async () => {
  const { id, properties, ledger, later, exists } = await renamed("Vault", { name: "ledger" });
  await later.create(await later.check({ name: "books" }));
  await ledger.delete(id, properties);
  expect(exists()).toBe(false);
});
