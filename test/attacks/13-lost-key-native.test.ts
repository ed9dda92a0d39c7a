/**
 * Other people destroy or remove a key that a Pulumi program still declares. The program plans no
 * change, or a new key of the same label, which cannot decrypt the data of the old one.
 */

import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { beforeEach, expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { approve, approveAndRequest, unfinished } from "../engine/harness.ts";
import { type Plugin, type Properties, statusOf } from "../pulumi-plugin/engine.ts";
import { usePluginStage } from "../pulumi-plugin/plugin-stage.ts";

const stage = usePluginStage();
// A run that was canceled, as at each normal end, takes no further call.
beforeEach(() => stage.bob.beginRun());

const destroyed =
  /^Key "payroll" is destroyed, but the program still declares it\n.*\n?.*cannot decrypt what this key encrypted/;
const removed = /^Key "payroll" was removed from the service.*\n.*cannot decrypt what the removed key encrypted/;

const lossesIn = ({ log }: Plugin): readonly string[] =>
  log
    .filter(
      ({ severity, message }) =>
        severity === enginePb.LogSeverity.WARNING && /is destroyed, but|was removed/.test(message),
    )
    .map(({ message }) => message);

interface Made {
  readonly id: string;
  readonly inputs: Properties;
  readonly properties: Properties;
}

const control = ({ properties }: Made, state: string) =>
  stage.uko.test.control(`keys/${String(properties.keyId)}`, { record: { state }, material: "absent" });
const remove = ({ properties }: Made) => stage.uko.test.emulator.world.keys.delete(String(properties.keyId));

/** A preview or an up, up to the comparison with the program. */
async function compare({ id, inputs, properties }: Made, program = inputs): Promise<Properties> {
  await stage.bob.beginRun();
  await stage.bob.check(program, inputs);
  const read = await stage.bob.read(id, properties, inputs);
  await stage.bob.diff(read.properties, program);
  return read.properties;
}

test("each preview and each up warns of the destroyed key, although a consent record names the step", async () => {
  const key = await stage.made();
  const state = key.properties as unknown as ManagedKeyState;
  const ref = stage.uko.ref(state.keyId);
  await unfinished(stage.uko.run("bob").handlers, state);
  await stage.uko.advance("1m");
  await approveAndRequest(stage.uko.run("alice"), ref);
  await stage.uko.advance("5h");
  await approve(stage.uko.run("bob"), ref);
  const read = await compare(key);
  expect(read.keyState).toBe("destroyed");
  expect(lossesIn(stage.bob)).toEqual([expect.stringMatching(destroyed)]);
  await compare({ ...key, properties: read });
  expect(lossesIn(stage.bob), "again").toEqual([expect.stringMatching(destroyed)]);
});

test("a program that declares a key again in its cool-down gets the command that reactivates it, and one that retires it does not", async () => {
  const key = await stage.made();
  const { keyId } = key.properties;
  expect((await stage.uko.test.as("carol").step(String(keyId), "deactivate")).status).toBe(200);
  const hints = () =>
    stage.bob.log.filter(({ message }) => message.includes("is deactivated, but the program declares it"));
  await compare(key);
  expect(hints().map(({ message }) => message)).toEqual([
    expect.stringMatching(
      new RegExp(`^Key "payroll" .*\\n.*stays out of use.*\\n.*\\n    uko reactivate \\S+/${String(keyId)}\\n`),
    ),
  ]);
  await compare(key, { ...key.inputs, state: "deactivated" });
  expect(hints()).toEqual([]);
});

test("a program that asks for the destruction, and a destroy, do not warn", async () => {
  const key = await stage.made();
  await control(key, "destroyed");
  await compare(key, { ...key.inputs, state: "destroyed" });
  expect(lossesIn(stage.bob)).toEqual([]);
  await stage.bob.beginRun();
  const { properties } = await stage.bob.read(key.id, key.properties, key.inputs);
  await stage.bob.diff(properties, key.inputs);
  await statusOf(stage.bob.delete(properties)).catch(() => undefined);
  await stage.bob.cancel();
  expect(lossesIn(stage.bob)).toEqual([]);
});

test("the preview and the up that create the key again warn that it is another key", async () => {
  const key = await stage.made();
  await control(key, "destroyed");
  remove(key);
  for (const preview of [true, false]) {
    await stage.bob.beginRun();
    expect((await stage.bob.read(key.id, key.properties, key.inputs)).id).toBe("");
    expect(lossesIn(stage.bob)).toEqual([]);
    const { inputs } = await stage.bob.check(key.inputs);
    await stage.bob.create(inputs, preview);
    await stage.bob.cancel();
    expect(lossesIn(stage.bob)).toEqual([expect.stringMatching(removed)]);
  }
});

test("a refresh warns at its end of the key that leaves the state, and a destroy does not", async () => {
  const key = await stage.made();
  const other = await stage.made({ label: "wages" });
  await control(key, "destroyed");
  remove(key);
  for (const isDestroy of [false, true]) {
    await stage.bob.beginRun();
    await stage.bob.read(key.id, key.properties, key.inputs);
    if (isDestroy) await statusOf(stage.bob.delete(other.properties));
    await stage.bob.cancel();
    expect(lossesIn(stage.bob)).toEqual(isDestroy ? [] : [expect.stringMatching(removed)]);
  }
});

test("a destroyed KMS key is reported each time as well, with the way back", async () => {
  const plugin = await stage.another(stage.environmentOf("carol"), "uko:index:KmsKey");
  const { inputs } = await plugin.check({ name: "backup", type: "root", dualAuthorization: "single" });
  const { id, properties } = await plugin.create(inputs);
  const gone = { ...properties, keyState: "destroyed" };
  for (const program of [inputs, inputs, { ...inputs, restoreTrigger: "again" }]) {
    await plugin.beginRun();
    await plugin.check(program, inputs);
    await plugin.diff(gone, program);
    expect(lossesIn(plugin)).toEqual(
      program === inputs
        ? [expect.stringMatching(/^KMS key "backup" is destroyed.*\n.*\n.*restoreTrigger restores it/)]
        : [],
    );
  }
  expect(id).not.toBe("");
});
