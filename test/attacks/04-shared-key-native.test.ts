/** Two resources of one Pulumi program declare one key, as after a rename without an alias. Point 4 of issue 12. */

import { status } from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { expect, test } from "vitest";
import { approve, options } from "../engine/harness.ts";
import { type Plugin, type Properties, statusOf } from "../pulumi-plugin/engine.ts";
import { news, usePluginStage } from "../pulumi-plugin/plugin-stage.ts";
import { type NativeResource, nativeResource } from "./native-resource.ts";

const stage = usePluginStage();

/** A key that an earlier run made as "payroll", and the plugin of the run in which the program says "wages". */
async function renamed(over: Properties = {}, who: "bob" | "carol" = "bob") {
  const first = nativeResource(stage.bob, "payroll");
  const inputs = await first.check(news(over));
  const { id, properties } = await first.create(inputs);
  await stage.uko.advance("60s");
  const run = who === "bob" ? stage.bob : await stage.another(stage.environmentOf(who));
  await run.beginRun();
  const seq = await stage.uko.lastSeq();
  const writes = async () => stage.uko.effects(seq);
  const [payroll, wages] = [nativeResource(run, "payroll"), nativeResource(run, "wages")];
  return { id, inputs, properties, run, payroll, wages, writes };
}

async function adopt(wages: NativeResource, { keyId }: Properties, over: Properties = {}) {
  const inputs = await wages.check(news({ existingKeyId: keyId, ...over }));
  return { inputs, ...(await wages.create(inputs)) };
}

const warningsOf = ({ log }: Plugin) =>
  log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING).map(({ message }) => message);

test("a rename without an alias follows the hint to adopt: the former resource leaves the state and the key stays", async () => {
  const { id, properties, run, payroll, wages, writes } = await renamed();
  await adopt(wages, properties);
  await payroll.delete(id, properties);
  expect(await writes()).toEqual([]);
  expect(warningsOf(run)).toContainEqual(
    expect.stringMatching(/^"payroll" left only the state: "wages" declares the same object/),
  );
});

test("the same rename under `single`, which would deactivate the key at once, leaves the key active", async () => {
  const { id, properties, payroll, wages } = await renamed({ dualAuthorization: "single" }, "carol");
  await adopt(wages, properties, { dualAuthorization: "single" });
  await payroll.delete(id, properties);
  expect((await stage.uko.test.as("carol").key(String(properties.keyId))).body).toMatchObject({ state: "active" });
});

test("a program drops one of two resources of a key: the key stays, whichever of them goes", async () => {
  const { id, properties, payroll, wages } = await renamed();
  const adopted = await adopt(wages, properties);
  for (const [kept, dropped] of [
    [wages, payroll],
    [payroll, wages],
  ] as const) {
    await stage.bob.beginRun();
    const seq = await stage.uko.lastSeq();
    const stays = nativeResource(stage.bob, kept.urn.split("::").at(-1) ?? "");
    const goes = nativeResource(stage.bob, dropped.urn.split("::").at(-1) ?? "");
    await stays.check(adopted.inputs, adopted.inputs);
    await stays.diff(id, adopted.properties, adopted.inputs);
    await goes.delete(id, properties);
    expect(await stage.uko.effects(seq)).toEqual([]);
  }
});

test("the creation under the new name fails and the run continues: the deletion is refused, since the state would lose the key", async () => {
  const { id, properties, payroll, wages, writes } = await renamed();
  const refused = await statusOf(wages.create(await wages.check(news())));
  expect(refused.details).toContain("has this label, but not the mark of this resource");
  const before = (await writes()).length;
  const kept = await statusOf(payroll.delete(id, properties));
  expect(kept).toMatchObject({ code: status.FAILED_PRECONDITION });
  expect(kept.details).toMatch(/^"payroll" stays in the state, because "wages" names the same object/);
  expect(kept.details).toContain("[UKO_DECLARED_TWICE]");
  expect((await writes()).slice(before)).toEqual([]);
});

test("an adoption under the new name fails and the run continues: the deletion is refused as well", async () => {
  const { id, properties, payroll, wages, writes } = await renamed();
  const inputs = await wages.check(news({ existingKeyId: properties.keyId, template: "payroll-draft" }));
  await statusOf(wages.create(inputs));
  expect((await statusOf(payroll.delete(id, properties))).details).toContain("[UKO_DECLARED_TWICE]");
  expect(await writes()).toEqual([]);
});

test("an import under the new name whose inputs do not fit does not hold the key: the deletion is refused", async () => {
  const { id, inputs, properties, payroll, wages, writes } = await renamed();
  await wages.read(id);
  await wages.check(inputs, inputs);
  await wages.diff(id, properties, { ...inputs, description: "another" });
  expect((await statusOf(payroll.delete(id, properties))).details).toContain("[UKO_DECLARED_TWICE]");
  expect(await writes()).toEqual([]);
});

test("a destroy of both resources requests the deletion of the key, since no program declares them", async () => {
  const { id, inputs, properties, payroll, wages } = await renamed();
  for (const resource of [payroll, wages]) await resource.read(id, properties, inputs);
  for (const resource of [payroll, wages]) {
    expect((await statusOf(resource.delete(id, properties))).details).toContain("[UKO_APPROVAL_PENDING]");
  }
});

test("of two resources that a run declares and deletes, the last one takes the steps, so that no state loses the key", async () => {
  const { id, inputs, properties, payroll, wages } = await renamed();
  for (const resource of [payroll, wages]) await resource.diff(id, properties, inputs);
  await payroll.delete(id, properties);
  expect((await statusOf(wages.delete(id, properties))).details).toContain("[UKO_APPROVAL_PENDING]");
});

test.each(["stays as it is", "is updated"])(
  "an interrupted replacement left a former entry of a resource that %s: its deletion takes no step on the key",
  async (what) => {
    const { id, inputs, properties, payroll, writes } = await renamed({ dualAuthorization: "single" }, "carol");
    const wanted = what === "is updated" ? { ...inputs, description: "another" } : inputs;
    await payroll.check(wanted, inputs);
    await payroll.diff(id, properties, wanted);
    if (wanted !== inputs) await payroll.update(id, properties, wanted);
    const before = (await writes()).length;
    const { details } = await statusOf(payroll.delete(id, properties));
    expect(details).toContain("[UKO_DECLARED_TWICE]");
    expect(details).toContain(`pulumi state delete --stack dev '${payroll.urn}'`);
    expect((await writes()).slice(before)).toEqual([]);
  },
);

test("a destroy that begins with a refresh, after which engines compare as well, requests the deletion", async () => {
  const { id, inputs, properties, payroll } = await renamed();
  await payroll.read(id, properties, inputs);
  await payroll.diff(id, properties, inputs);
  const { details } = await statusOf(payroll.delete(id, properties));
  expect(details).toContain("[UKO_APPROVAL_PENDING]");
});

test("such a destroy of an approved key prints the destroy that its requester runs", async () => {
  const { id, inputs, properties, payroll } = await renamed({}, "carol");
  const ref = stage.uko.ref(String(properties.keyId));
  await stage.uko.run("bob").operations.request(ref, undefined, options);
  await stage.uko.advance("60s");
  await approve(stage.uko.run("alice"), ref, { stores: true });
  await payroll.read(id, properties, inputs);
  await payroll.diff(id, properties, inputs);
  const { details } = await statusOf(payroll.delete(id, properties));
  expect(details).toContain("pulumi destroy --stack dev --target");
});

test("a forced replacement by another key still requests the deletion of the replaced key", async () => {
  const { id, inputs, properties, payroll } = await renamed();
  await payroll.diff(id, properties, inputs);
  await payroll.create(await payroll.check(news({ label: "payroll-2" })));
  expect((await statusOf(payroll.delete(id, properties))).details).toContain("[UKO_APPROVAL_PENDING]");
});

test("the hint after a rename names the resource that holds the key and does not advise an adoption", async () => {
  const { id, inputs, properties, payroll, wages } = await renamed();
  await payroll.read(id, properties, inputs);
  const { details } = await statusOf(wages.create(await wages.check(news())));
  expect(details).toContain(`Next: set the option:\n  aliases: ["${payroll.urn}"]\n`);
  expect(details).toContain(`pulumi state rename --stack dev '${payroll.urn}' 'wages'`);
  expect(details).not.toContain("set existingKeyId to it");
});

test("if the run does not know which resource holds the key, the hint names the alias first and the condition of an adoption", async () => {
  const { wages } = await renamed();
  const { details } = await statusOf(wages.create(await wages.check(news())));
  expect(details).toContain(`had another name or parent before, set its option:\n  aliases: ["<former URN>"]\n`);
  expect(details).toContain("`pulumi stack --show-urns` shows the URN");
  expect(details).toMatch(/If no other resource of this or another stack declares key \S+, set existingKeyId to it/);
});

test("a second stack that adopts the key of a first one is warned, and the resource that created the key is not", async () => {
  const { properties, run, payroll, wages } = await renamed();
  const adoptedBy = async (resource: NativeResource) => {
    await run.beginRun();
    await adopt(resource, properties);
    return warningsOf(run).filter((warning) => warning.includes("was created for another resource"));
  };
  expect(await adoptedBy(wages)).toEqual([
    expect.stringMatching(/^Key "payroll" was created for another resource\. If that resource still exists/),
  ]);
  expect(await adoptedBy(payroll)).toEqual([]);
});

test.each([
  ["one label", news()],
  ["one key", undefined],
])("the preview of a program with %s in two resources fails, and writes nothing", async (_what, same) => {
  const { properties, payroll, wages, writes } = await renamed();
  const both = same ?? news({ existingKeyId: properties.keyId });
  const twice = await Promise.all([payroll, wages].map((resource) => resource.check({ ...both, label: "another" })));
  const { details } = await statusOf(wages.preview(twice[1] ?? {}));
  expect(details).toMatch(/^"wages" and "payroll" declare the same object\n/);
  expect(details).toContain("[UKO_DECLARED_TWICE]");
  expect(await writes()).toEqual([]);
});
