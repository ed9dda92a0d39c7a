/**
 * Other people destroy or remove a key that a program still declares. The program plans no change, or a new key of the same
 * label, which cannot decrypt the data of the old one. 04-order-of-calls has the destroy that compares after its refresh.
 */

import { describe, expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { interfaceNames } from "../contracts/interfaces/interface-names.ts";
import type { Resources } from "../contracts/interfaces/user-interface.ts";
import { approve, approveAndRequest } from "../engine/harness.ts";
import { type AttackedStack, keyWith, type Report, useStacks } from "./stacks.ts";

const stacks = useStacks();

const program = { payroll: keyWith() };
const lossesIn = ({ warnings }: Report) => warnings.filter((each) => /is destroyed, but|was removed/.test(each));
const hintsIn = ({ warnings }: Report) =>
  warnings.filter((each) => each.includes("is deactivated, but") || each.includes("uko reactivate"));

describe.each(interfaceNames)("with the interface %s", (name) => {
  const isHcl = name === "terraform";
  const declarer = isHcl ? "the configuration" : "the program";
  const destroyed = expect.stringMatching(
    new RegExp(
      `^Key "payroll" is destroyed, but ${declarer} still declares it\n.*\n?.*cannot decrypt what this key encrypted`,
    ),
  );
  const removed = expect.stringMatching(
    /^Key "payroll" was removed from the service, so it leaves the state\n.*cannot decrypt what the removed key encrypted/,
  );
  /** The end of what a preview or an up prints, or with OpenTofu its begin. */
  const plans = isHcl
    ? { nothing: /^No changes\./, creation: /^Plan: 1 to add, 0 to change, 0 to destroy\.\n/ }
    : {
        nothing: /Resources:\n {4}2 unchanged\n$/,
        creation: /Resources:\n {4}\+ 1 (?:to create|created)\n {4}1 unchanged\n$/,
      };

  let stack: AttackedStack;
  const keyId = () => String(stack.known()[0]?.values.keyId);
  async function made(resources: Resources = program): Promise<void> {
    stack = stacks.open(name);
    await stack.up(resources);
  }
  const destroy = () =>
    stacks.uko.test.control(`keys/${keyId()}`, { record: { state: "destroyed" }, material: "absent" });
  const remove = () => stacks.uko.test.emulator.world.keys.delete(keyId());
  const deactivate = async () =>
    expect((await stacks.uko.test.as("carol").step(keyId(), "deactivate")).status).toBe(200);
  /** A run of Bob that asks for the first approval. */
  async function beginDeletion(): Promise<void> {
    expect((await stack.run("destroy")).errors.join("\n")).toContain("[UKO_APPROVAL_PENDING]");
  }
  const look = (resources: Resources = program) => stack.run("preview", { program: resources, refreshes: true });
  /** The only hint, line by line. OpenTofu adds to the first line that no approval of the step is known. */
  const hint = () => {
    const unapproved = isHcl ? '(?:  Key "payroll": No approval of the deactivation .*\n)?' : "";
    return expect.stringMatching(
      new RegExp(
        `^Key "payroll" is deactivated, but ${declarer} declares it\n${unapproved}` +
          "  It stays out of use: no run of an engine reactivates a key\\.\n  Next: to use the key again, run:\n" +
          `    uko reactivate \\S+/${keyId()}\n  If nothing needs the key, remove its resource from ${declarer}\\.$`,
      ),
    );
  };

  test("each preview and each up warns of the destroyed key, although a consent record names the step", async () => {
    await made();
    const state = stack.known()[0]?.values as unknown as ManagedKeyState;
    const ref = stacks.uko.ref(state.keyId);
    await beginDeletion();
    await stacks.uko.advance("1m");
    await approveAndRequest(stacks.uko.run("alice"), ref);
    await stacks.uko.advance("5h");
    await approve(stacks.uko.run("bob"), ref);
    for (const kind of ["preview", "preview", "up", "up"] as const)
      expect(lossesIn(await stack.run(kind, { program, refreshes: true })), kind).toEqual([destroyed]);
    expect(stack.known()[0]?.values.keyState).toBe("destroyed");
  });

  test("a program that declares a key again in its cool-down gets the command that reactivates it, and one that retires it does not", async () => {
    await made();
    await deactivate();
    expect(hintsIn(await look())).toEqual([hint()]);
    const retiring = { payroll: keyWith({ state: "deactivated" }) };
    // OpenTofu reads a key before it shows the provider the configuration, so the state has to say what is wanted.
    if (isHcl) await stack.up(retiring);
    expect(hintsIn(await look(retiring))).toEqual([]);
    expect(hintsIn(await stack.run("destroy", { refreshes: true }))).toEqual([]);
  });

  test("a program that declares such a key again after a begun deletion gets the command, and one without the key does not", async () => {
    await made();
    await beginDeletion();
    await deactivate();
    expect(hintsIn(await stack.run("refresh"))).toEqual([]);
    expect(hintsIn(await look())).toEqual([hint()]);
    expect(hintsIn(await look({}))).toEqual([]);
    expect(hintsIn(await stack.run("destroy", { refreshes: true }))).toEqual([]);
  });

  test("a program that asks for the destruction is not warned, and changes nothing", async () => {
    await made();
    await destroy();
    const asking = { payroll: keyWith({ state: "destroyed" }) };
    const first = await stack.up(asking, { refreshes: true });
    // The state that OpenTofu reads first does not ask for the destruction yet.
    expect(lossesIn(first)).toEqual(isHcl ? [destroyed] : []);
    for (const kind of ["preview", "up"] as const) {
      const report = await stack.run(kind, { program: asking, refreshes: true });
      expect(report).toMatchObject({ errors: [], says: expect.stringMatching(plans.nothing) });
      expect(lossesIn(report)).toEqual([]);
    }
    remove();
    // Nothing differed, so no update wrote the wish into the state that Pulumi passes to a read.
    expect(lossesIn(await stack.run("refresh"))).toEqual(isHcl ? [] : [removed]);
  });

  test("a destroy of the destroyed key does not warn", async () => {
    await made();
    await destroy();
    expect(lossesIn(await stack.run("destroy", { refreshes: true }))).toEqual([]);
  });

  test("after a begun deletion, a program without the key does not warn, and one that declares the key again does", async () => {
    await made();
    await beginDeletion();
    await destroy();
    expect(lossesIn(await stack.run("refresh"))).toEqual([]);
    for (const resources of [{}, program]) {
      const report = await look(resources);
      expect(report.errors).toEqual([]);
      expect(lossesIn(report)).toEqual(resources === program ? [destroyed] : []);
    }
  });

  test.each(["", ", also if its deletion had begun"])(
    "the preview and the up that create a removed key again warn that it is another key%s",
    async (begun) => {
      for (const kind of ["preview", "up"] as const) {
        stacks.uko.reset();
        await made();
        if (begun !== "") await beginDeletion();
        await destroy();
        remove();
        const report = await stack.run(kind, { program, refreshes: true });
        expect(report).toMatchObject({ errors: [], says: expect.stringMatching(plans.creation) });
        expect(lossesIn(report)).toEqual([removed]);
        // The package keeps the warning of its read for the creation.
        if (name === "package") expect(report.says).not.toMatch(/refreshing .*was removed/);
      }
    },
  );

  /** The npm package cannot wait for the end of a run, and OpenTofu reads a key before it shows the provider the configuration. */
  const warns = { refresh: true, destroy: name === "dynamic", up: name !== "package" };
  test.each(["refresh", "destroy", "up"] as const)(
    "a run (%s) that finds the key removed warns, unless it knows that no program declares the key",
    async (kind) => {
      const others = { wages: keyWith({ label: "wages" }) };
      await made({ ...program, ...others });
      await destroy();
      remove();
      const report = await stack.run(kind, { program: others, refreshes: true });
      expect(lossesIn(report)).toEqual(warns[kind] ? [removed] : []);
      expect(stack.names()).toEqual(["wages"]);
    },
  );

  test("the refresh of a removed key whose deletion has begun warns only if the state cannot say that it has", async () => {
    await made();
    await beginDeletion();
    remove();
    expect((await stack.run("refresh")).warnings).toEqual(isHcl ? [] : [removed]);
  });

  test("a destroyed KMS key is reported each time as well, with the way back", async () => {
    const args = { name: "backup", type: "root", dualAuthorization: "single" };
    const programWith = (over = {}): Resources => ({ backup: { type: "KmsKey", args: { ...args, ...over } } });
    stack = stacks.open(name);
    await stack.up(programWith(), { who: "carol" });
    const gone = await stacks.uko.test.as("carol").kms("DELETE", `/keys/${keyId()}`);
    expect(gone.status).toBeLessThan(300);
    const losses = async (resources: Resources) =>
      lossesIn(await stack.run("preview", { who: "carol", program: resources, refreshes: true }));
    const wayBack = isHcl ? "restore_trigger" : "restoreTrigger";
    const reported = expect.stringMatching(
      new RegExp(`^KMS key "backup" is destroyed.*\n.*\n.*${wayBack} restores it`),
    );
    for (const _time of [1, 2]) expect(await losses(programWith())).toEqual([reported]);
    // OpenTofu's read, which comes first, cannot know of the trigger.
    expect(await losses(programWith({ restoreTrigger: "again" }))).toEqual(isHcl ? [reported] : []);
  });
});
