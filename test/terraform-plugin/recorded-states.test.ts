/**
 * Terraform states of this and earlier releases, each with keys in the middle of their deletion: this release
 * plans no difference for them, and two people delete them. `UKO_RECORD_STATES=1` records those of this
 * release (test/fixtures/states).
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, onTestFinished, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import type { Seed } from "../../provider/emulator/store/seed.ts";
import type { ObjectValue } from "../../provider/terraform-plugin/values.ts";
import { vaultId } from "../emulator/harness.ts";
import { type EngineWorld, options, startEngineWorld } from "../engine/harness.ts";
import { environmentAt } from "../engine/process-stage.ts";
import { type Core, openCore } from "./core.ts";
import { type Host, startHost } from "./host.ts";

interface RecordedStates {
  /** The service at the moment of the recording. */
  readonly seed: Seed;
  readonly resources: Readonly<Record<string, { readonly attributes: ObjectValue; readonly private: string }>>;
}

/** The name of each key is its lifecycle state; `halfway` is the second wait of two people. */
const states = {
  asked: "pending_approval",
  cooling: "cooling_down",
  deactivated: "deactivated",
  halfway: "pending_approval",
  pending: "pending_destruction",
} as const;
type StateName = keyof typeof states;
const names = Object.keys(states) as StateName[];

/** What a read says of a key today, other than the recorded state: a key that another tool deactivated waits for a request. */
const readNow: { readonly [Name in StateName]?: ObjectValue } = {
  deactivated: { lifecycle_state: "pending_request", deletion_awaits: "request" },
};

const people = { anna: "anna-demo-key", ben: "ben-demo-key" } as const;
const folder = new URL("../fixtures/states/", import.meta.url);
const fileOf = (release: string, userInterface: string): URL => new URL(`${release}/${userInterface}.json`, folder);
const read = (release: string, userInterface: string): RecordedStates =>
  JSON.parse(readFileSync(fileOf(release, userInterface), "utf8"));
const configOf = (label: StateName, existingKeyId: string) => ({
  ...{ vault_id: vaultId, template: "payroll", label, existing_key_id: existingKeyId },
});

const hosts: Host[] = [];
afterAll(() => Promise.all(hosts.map((host) => host.close())));

/** A run of one person: a process of its own. */
async function runOf(uko: EngineWorld, who: keyof typeof people): Promise<Host> {
  const host = await startHost(environmentAt(uko, people[who]));
  hosts.push(host);
  await host.provider.configureProvider();
  return host;
}

async function worldOf(seed: Seed): Promise<EngineWorld> {
  const uko = await startEngineWorld({ seed });
  onTestFinished(() => uko.test.close());
  return uko;
}

if (process.env.UKO_RECORD_STATES === "1") {
  test("the states of this release are recorded", async () => {
    const { seed } = read(packageFile.version, "package");
    const uko = await worldOf(seed);
    const anna = await runOf(uko, "anna");
    const resources = await Promise.all(
      names.map(async (name) => {
        const { id = "" } = seed.keys?.find(({ label }) => label === name) ?? {};
        const core = openCore(anna, "uko_managed_key");
        expect(await core.apply(configOf(name, id))).toMatchObject({ errors: [] });
        const { value, private: bytes } = core.saved ?? { value: {}, private: new Uint8Array() };
        return [name, { attributes: value, private: Buffer.from(bytes).toString("base64") }] as const;
      }),
    );
    const recorded = { seed, resources: Object.fromEntries(resources) };
    writeFileSync(fileOf(packageFile.version, "terraform"), `${JSON.stringify(recorded, undefined, 2)}\n`);
  });
}

const releases = readdirSync(folder).filter((release) => existsSync(fileOf(release, "terraform")));

test("the states of this release are recorded in test/fixtures/states", () => {
  expect(releases).toContain(packageFile.version);
});

test.each(releases)(
  "two people delete every key in a Terraform state of release %s",
  async (release) => {
    const { seed, resources } = read(release, "terraform");
    const uko = await worldOf(seed);
    const first = await runOf(uko, "anna");
    const cores = new Map<StateName, Core>();
    for (const name of names) {
      const core = openCore(first, "uko_managed_key");
      const { attributes, private: bytes } = resources[name] ?? { attributes: {}, private: "" };
      expect(attributes.lifecycle_state).toBe(states[name]);
      core.restore({ value: attributes, private: new Uint8Array(Buffer.from(bytes, "base64")) });
      expect((await core.refresh()).errors).toEqual([]);
      // Later releases add outputs and blocks, and keep these.
      expect(core.saved?.value).toMatchObject({ timeouts: null, ...attributes, ...readNow[name] });
      const config = configOf(name, String(attributes.key_id));
      expect((await core.plan(config)).action, `${name} without a difference`).toBe("none");
      cores.set(name, core);
    }
    expect(await uko.effects(), "an unchanged program writes nothing").toEqual([]);

    const refs = names.map((name) => uko.ref(String(resources[name]?.attributes.key_id)));
    const destroyBy = async (who: keyof typeof people): Promise<void> => {
      const host = await runOf(uko, who);
      for (const core of cores.values()) {
        const own = core.by(host);
        await own.refresh();
        if (own.saved !== undefined) await own.apply(null);
      }
    };
    /** What `uko approve` offers this person, with a yes to the second question. */
    const approveBy = async (who: keyof typeof people): Promise<void> => {
      const { operations } = uko.run({ apiKey: people[who] });
      const { sets } = await operations.approvable({ refs, stores: false }, options);
      for (const { file } of sets) {
        if (file !== undefined) {
          await operations.approve(file.review, { stores: false, each: () => {} }, options);
        }
      }
    };
    await uko.advance("1m");
    await destroyBy("ben");
    await uko.advance("1m");
    for (const who of ["anna", "ben"] as const) await approveBy(who);
    await uko.advance("4h1m");
    const { operations } = uko.run({ apiKey: people.ben });
    for (const ref of refs) await operations.request(ref, undefined, options);
    await uko.advance("1m");
    for (const who of ["anna", "ben"] as const) await approveBy(who);
    await uko.advance("31d");
    await destroyBy("ben");
    expect(names.filter((name) => cores.get(name)?.saved !== undefined)).toEqual([]);
    const left = [...uko.test.emulator.world.keys.values()].map(({ label }) => label);
    expect(left.filter((label) => names.some((name) => name === label))).toEqual([]);
    await uko.expectNobodyAlone();
  },
  60_000,
);
