/** A renamed KMS key without an alias: KMS accepts a second key of one name, so its creation has to be refused. */

import type providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, test } from "vitest";
import { caller, type Plugin, type Properties, plain, statusOf } from "./engine.ts";
import { usePluginStage } from "./plugin-stage.ts";

const stage = usePluginStage();
const type = "uko:index:KmsKey";
const urnOf = (name: string) => `urn:pulumi:dev::keys::${type}::${name}`;
const inputs = { name: "orders", type: "root", dualAuthorization: "single" };

/** Calls about the resource of this name, as the engine makes them. */
const resource = (plugin: Plugin, name: string) => {
  const call = caller(plugin.client, { urn: urnOf(name), type });
  return {
    check: async (news: Properties) => plain((await call("check", { News: news, Olds: {} })).getInputs()),
    read: (id: string, olds: Properties, before: Properties) =>
      call("read", { Id: id, Properties: olds, Inputs: before }),
    create: (news: Properties, preview = false) => call("create", { Properties: news, Preview: preview }),
  };
};
const madeBefore = async () => {
  const first = resource(stage.bob, "orders");
  const checked = await first.check(inputs);
  const made: providerPb.CreateResponse = await first.create(checked);
  return { checked, id: made.getId(), state: plain(made.getProperties()), isWatched: made.getRefreshBeforeUpdate() };
};

test("a new KMS key with name and key ring of one that the run has read is refused, in a preview and before the creation", async () => {
  const { checked, id, state, isWatched } = await madeBefore();
  expect(isWatched, "a run that one person may finish reads the key, too").toBe(true);
  for (const isPreview of [true, false]) {
    const run = await stage.another(stage.environmentOf("bob"));
    await resource(run, "orders").read(id, state, checked);
    const seq = await stage.uko.lastSeq();
    const renamed = resource(run, "invoices");
    const refused = await statusOf(renamed.create(await renamed.check(inputs), isPreview));
    expect(refused.details.split("\n")).toEqual([
      'The state already has the KMS key of "invoices", and this run would create a second one with the same name and key ring',
      "uko created nothing. KMS accepts both names, but the second key cannot decrypt what the first one encrypted.",
      'The state holds this KMS key as "orders". Do not set existingKeyId.',
      "Next: set the option:",
      expect.stringContaining(urnOf("orders")),
      "or run:",
      expect.stringMatching(/^ {2}pulumi state rename .*orders' 'invoices'$/),
      "To create one more key, set another name or key ring.",
      "[UKO_DECLARED_TWICE]",
    ]);
    expect(await stage.uko.effects(seq)).toEqual([]);
  }
});

test("a replacement of the key under its own name is refused as one", async () => {
  const { checked, id, state } = await madeBefore();
  const run = await stage.another(stage.environmentOf("bob"));
  const same = resource(run, "orders");
  await same.read(id, state, checked);
  expect((await statusOf(same.create(checked))).details).toMatch(/^"orders" cannot be replaced: /);
});

test("another key ring and an adoption are no second key", async () => {
  const { checked, id, state } = await madeBefore();
  const run = await stage.another(stage.environmentOf("bob"));
  await resource(run, "orders").read(id, state, checked);
  const other = resource(run, "invoices");
  await other.create(await other.check({ ...inputs, keyRing: "payments" }), true);
  await other.create(await other.check({ ...inputs, existingKeyId: id }), true);
});
