/** Changes of the configuration with the real OpenTofu: a resource is left out, renamed, removed from state, protected, replaced. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { asOutsider } from "../../contracts/interfaces/support/outsider.ts";
import type { TofuPerson, TofuResult } from "../../stage/tofu.ts";
import { keyProgram, type, vaultId, withMade, withStage } from "./support/tofu-stage.ts";

const errorsOf = ({ diagnostics }: TofuResult): readonly string[] =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ says }) => says);
const waits = (label = "payroll") => `Key "${label}" is waiting for a second person to approve its deactivation`;
const addressesOf = async (person: TofuPerson) => (await person.state()).resources.map(({ address }) => address);

/** The labels of the keys that the person's state does not declare. */
async function undeclaredTo(person: TofuPerson): Promise<readonly string[]> {
  await person.writeFile("state.json", JSON.stringify(await person.show()));
  const { stdout } = await person.uko(["ls", "--undeclared", "state.json", "--json"]);
  return stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line).label] : []));
}

/** Two keys, so that what is done to one can be seen to leave the other. */
const twoKeys = (more = ""): string =>
  keyProgram(
    "",
    `resource "uko_managed_key" "other" {
  vault_id = "${vaultId}"
  template = "payroll"
  label    = "other"
}
${more}`,
  );

test("a key that others destroyed shows in plan -refresh-only -detailed-exitcode, and not without -refresh-only", () =>
  withMade(keyProgram(""), async ({ stage, bob }) => {
    const { key_id: keyId } = (await bob.state()).resources[0]?.attributes ?? {};
    const others = asOutsider(stage.uko.url, "carol-demo-key");
    await others.act(String(keyId), "deactivate");
    await stage.advance(5 * 3_600_000);
    await others.act(String(keyId), "destroy");
    const drift = ["-detailed-exitcode", "-refresh-only"];
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    const seen = await bob.plan(drift);
    expect(seen.exitCode, seen.output).toBe(2);
    expect((await bob.refresh()).exitCode).toBe(0);
    expect((await bob.plan(drift)).exitCode).toBe(0);
  }));

test("the plan reverts drift, -refresh=false does not detect it, and -refresh-only accepts it", () =>
  withMade(keyProgram('description = "Payroll key"'), async ({ stage, bob }) => {
    const { key_id: keyId } = (await bob.state()).resources[0]?.attributes ?? {};
    await stage.uko.control("clock", { advance: 60_000 });
    await stage.edit(String(keyId), { description: "something else" });

    const blind = await bob.plan(["-detailed-exitcode", "-refresh=false"]);
    expect(blind.exitCode, blind.output).toBe(0);
    const seen = await bob.plan(["-detailed-exitcode"]);
    expect(seen.exitCode, seen.output).toBe(2);
    expect(seen.planned).toMatchObject({ change: 1, remove: 0 });
    expect((await bob.refresh()).exitCode).toBe(0);
    expect((await bob.state()).resources[0]?.attributes.description).toBe("something else");
    const mark = await stage.mark();
    expect(await bob.apply()).toMatchObject({ exitCode: 0, applied: { change: 1 } });
    expect(await stage.effects(mark)).toEqual(["updateManagedKey"]);
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
  }));

test("ignore_changes applies to plan and apply: another change does not bring an ignored one with it", () =>
  withStage(async (stage) => {
    const others = 'tags = { team = "payroll", cost = "7" }\n  rotation_trigger = "1"';
    const bob = await stage.person("bob", keyProgram(others));
    await bob.apply();
    await stage.uko.control("clock", { advance: 60_000 });
    const ignoring = (ignored: string): string =>
      keyProgram(`description = "new"
  state = "destroyed"
  rotation_trigger = "2"
  tags = { team = "payroll" }
  lifecycle {
    ignore_changes = ${ignored}
  }`);
    const mark = await stage.mark();
    await bob.writeProgram(ignoring("all"));
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    await bob.writeProgram(ignoring("[state, rotation_trigger, tags]"));
    expect(await bob.apply()).toMatchObject({ exitCode: 0, applied: { change: 1 } });
    expect(await stage.effects(mark)).toEqual(["updateManagedKey"]);
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({
      ...{ description: "new", lifecycle_state: "active", version: 1, rotation_trigger: "1" },
      tags: { team: "payroll", cost: "7" },
    });
  }));

test("a removed block that keeps the key makes no call, and one that destroys requires two people", () =>
  withMade(twoKeys(), async ({ stage, bob, mark }) => {
    const removed = (destroy: boolean) =>
      `removed {\n  from = uko_managed_key.other\n  lifecycle {\n    destroy = ${destroy}\n  }\n}`;

    await bob.writeProgram(keyProgram("", removed(true)));
    const asked = await bob.apply();
    expect(asked.exitCode).toBe(1);
    expect(errorsOf(asked)).toEqual([waits("other")]);
    expect(await addressesOf(bob)).toEqual(["uko_managed_key.other", "uko_managed_key.payroll"]);
    expect(await stage.effects(mark)).toEqual(["updateManagedKey"]);

    await bob.writeProgram(keyProgram("", removed(false)));
    const forgotten = await bob.apply();
    expect(forgotten, forgotten.output).toMatchObject({ exitCode: 0 });
    expect(await addressesOf(bob)).toEqual(["uko_managed_key.payroll"]);
    expect(await stage.effects(mark), "nothing but the request from before").toEqual(["updateManagedKey"]);
    expect(await undeclaredTo(bob)).toEqual(["other"]);
  }));

test("a rename with moved keeps the key, and a rename without it requests a deletion", () =>
  withMade(keyProgram(), async ({ stage, bob }) => {
    const before = (await bob.state()).resources[0]?.attributes.key_id;
    const mark = await stage.mark();
    const renamed = keyProgram().replace('"payroll" {', '"wages" {');
    const moved = "moved {\n  from = uko_managed_key.payroll\n  to   = uko_managed_key.wages\n}\n";
    await bob.writeProgram(`${renamed}${moved}`);
    expect(await bob.apply()).toMatchObject({ exitCode: 0, applied: { add: 0, change: 0, remove: 0 } });
    expect((await bob.state()).resources).toMatchObject([
      { address: "uko_managed_key.wages", attributes: { key_id: before } },
    ]);
    expect(await stage.effects(mark)).toEqual([]);

    // An orphan: the state has it, the configuration has not.
    await bob.writeProgram("");
    const orphan = await bob.apply();
    expect(orphan.exitCode).toBe(1);
    expect(errorsOf(orphan)).toEqual([waits()]);
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({
      ...{ key_id: before, lifecycle_state: "pending_approval" },
    });
    // Back in the configuration nothing is undone, and nothing is planned to be ended.
    await bob.writeProgram(renamed);
    const after = await stage.mark();
    const back = await bob.apply();
    expect(back, back.output).toMatchObject({ exitCode: 0 });
    expect(await stage.effects(after)).toEqual([]);
  }));

test("create_before_destroy creates no second key for a tainted one, and leaves nothing deposed", () =>
  withMade(keyProgram("lifecycle {\n    create_before_destroy = true\n  }"), async ({ stage, bob }) => {
    await bob.run(["taint", "uko_managed_key.payroll"]);
    const mark = await stage.mark();
    const replaced = await bob.apply();
    expect(replaced.exitCode, replaced.output).toBe(1);
    expect(await stage.effects(mark)).toEqual([]);
    expect((await stage.uko.world()).keys).toHaveLength(1);
    const [key, ...others] = (await bob.state()).resources;
    expect(others).toEqual([]);
    expect(key?.deposedKey).toBeUndefined();
    expect((await bob.run(["untaint", "uko_managed_key.payroll"])).exitCode).toBe(0);
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
  }));

test("two people delete a deposed key like any other, and it stays deposed until then", () =>
  withStage(async (stage) => {
    const [alice, carol] = [await stage.person("alice", twoKeys()), await stage.person("carol", twoKeys())];
    await carol.apply();
    await depose(carol);
    await carol.writeProgram(keyProgram());
    const deposed = async () =>
      (await carol.state()).resources
        .filter(({ deposedKey }) => deposedKey !== undefined)
        .map((each) => each.attributes);

    const asked = await carol.apply();
    expect(asked.exitCode, asked.output).toBe(1);
    expect(errorsOf(asked)).toEqual([waits("other")]);
    expect(await deposed()).toMatchObject([{ label: "other", lifecycle_state: "pending_approval" }]);
    await stage.advance(60_000);
    await type(alice, ["approve", "other", "--store"]);
    const acted = await carol.apply();
    expect(errorsOf(acted)).toEqual([
      'Key "other" is deactivated and is waiting for a person to request its destruction',
    ]);
    expect(await deposed()).toMatchObject([{ label: "other", lifecycle_state: "cooling_down" }]);
    expect(
      (await carol.state()).resources.find(({ deposedKey }) => deposedKey === undefined)?.attributes,
    ).toMatchObject({
      ...{ label: "payroll", lifecycle_state: "active" },
    });
  }));

test("a saved plan of a deposed key does not act on an approval that was stored after it", () =>
  withStage(async (stage) => {
    const [alice, carol] = [await stage.person("alice", twoKeys()), await stage.person("carol", twoKeys())];
    await carol.apply();
    await depose(carol);
    await carol.writeProgram(keyProgram());
    await carol.apply();
    await stage.advance(60_000);
    await carol.plan(["-out=saved.plan"]);
    await type(alice, ["approve", "other", "--store"]);
    const mark = await stage.mark();
    expect((await carol.run(["apply", "saved.plan"])).output).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stage.effects(mark)).toEqual([]);
    await carol.plan(["-out=saved.plan"]);
    expect((await carol.run(["apply", "saved.plan"])).output).toContain('Key "other" is deactivated');
  }));

test("refuses a state of a later schema, and reads one that lacks new attributes", () =>
  withMade(keyProgram(), async ({ bob }) => {
    await editState(bob, ({ resources: [key] }) => {
      const [instance] = key?.instances ?? [];
      // As a release before this one would have written it.
      for (const name of ["alignment", "deletion_record_id", "label_tags"]) delete instance?.attributes[name];
    });
    const older = await bob.plan(["-detailed-exitcode"]);
    expect(older.exitCode, older.output).toBe(0);

    await editState(bob, ({ resources: [key] }) => {
      for (const instance of key?.instances ?? []) instance.schema_version = 7;
    });
    const later = await bob.plan();
    expect(later.exitCode).toBe(1);
    expect(later.firstErrorLine, later.output).toBe("Resource instance managed by newer provider version");
  }));

interface EditableState {
  serial: number;
  resources: { name: string; instances: EditableInstance[] }[];
}

interface EditableInstance {
  schema_version: number;
  deposed?: string;
  attributes: Record<string, unknown>;
}

async function editState(person: TofuPerson, edit: (state: EditableState) => void): Promise<void> {
  const state = JSON.parse((await person.state()).text) as EditableState;
  edit(state);
  state.serial += 1;
  const file = path.join(person.home, "edited.json");
  await writeFile(file, JSON.stringify(state));
  const pushed = await person.run(["state", "push", file]);
  expect(pushed.exitCode, pushed.output).toBe(0);
}

/** Makes the second key what an interrupted replacement by another provider would have left: the predecessor of the first. */
function depose(person: TofuPerson): Promise<void> {
  return editState(person, (state) => {
    const [other, payroll] = ["other", "payroll"].map((name) => state.resources.find((each) => each.name === name));
    for (const instance of other?.instances ?? []) payroll?.instances.push({ ...instance, deposed: "0123abcd" });
    state.resources = state.resources.filter((each) => each !== other);
  });
}
