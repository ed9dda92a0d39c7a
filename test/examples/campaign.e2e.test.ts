/** examples/campaign: one key of a Pulumi stack, one of an OpenTofu configuration, and one that no program declares. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { messageOf } from "../../examples/campaign/waiting.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { repository } from "../cli/harness.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { type PulumiPerson, PulumiWorkspace } from "../stage/pulumi.ts";
import { TofuWorkspace } from "../stage/tofu.ts";
import { typeUko } from "../stage/typing.ts";
import { explainVerdict, judge, type TrailEntry } from "../support/oracle.ts";

const example = path.join(repository, "examples/campaign");
const folder = mkdtempSync(path.join(tmpdir(), "uko-example-campaign-"));
const aged = { createdAt: "2026-01-01T08:00:00Z", createdBy: "IBMid-550000CAROL" } as const;
/** A service ID with the role Reader, and the three rights to list that this role does not have. */
const notifier = {
  iamId: "iam-ServiceId-11111111-aaaa-4bbb-8ccc-000000000009",
  kind: "service",
  name: "notifier",
  apiKey: "notifier-demo-key",
  roles: ["Reader"],
  grants: ["vaults.list", "managed-keys.list", "target-keystores.list"],
};
const seed = {
  ...demoSeed,
  identities: [...demoSeed.identities, notifier],
  keys: [
    { ...aged, id: "9b2d0000-0000-4000-8000-000000000001", label: "cards", vault: "payments", template: "payroll" },
  ],
};

let uko: LocalUko;
let pulumi: PulumiWorkspace;
let tofu: TofuWorkspace;
beforeAll(async () => {
  const seedFile = path.join(folder, "seed.json");
  writeFileSync(seedFile, JSON.stringify(seed));
  uko = await LocalUko.start(seedFile);
  pulumi = await PulumiWorkspace.create(path.join(example, "pulumi"));
  tofu = await TofuWorkspace.create();
});
afterAll(async () => {
  await Promise.allSettled([pulumi?.dispose(), tofu?.dispose()]);
  await uko?.stop();
  rmSync(folder, { recursive: true });
});

const envOf = (name: string) => ({ ...uko.settings, UKO_API_KEY: `${name}-demo-key` });

/** Without what a working copy of the workspace says itself: where the provider comes from. */
const tofuProgram = (): string =>
  readFileSync(path.join(example, "opentofu/main.tf"), "utf8").replace(/terraform \{[\s\S]*?provider "uko" \{\}\n/, "");

it("ends three keys of three owners in one campaign, with clean states", async () => {
  const stack = await pulumi.person("carol", { env: envOf("carol") });
  const configuration = await tofu.person("carol", { env: envOf("carol"), program: tofuProgram() });
  const campaign = async (who: string, command: string): Promise<string> => {
    const args = ["campaign", ...command.split(" "), "--folder", folder];
    const { exitCode, output } = await stack.uko(args, { env: envOf(who) });
    expect(exitCode, `${command}: ${output}`).toBe(0);
    return output;
  };
  /** A person types the approval, and the request of a destruction. */
  const type = async (who: string): Promise<string> => {
    const { exitCode, output } = await typeUko(["campaign", "next", "--folder", folder], envOf(who));
    expect(exitCode, output).toBe(0);
    return output;
  };
  const approve = async (who: string, says: string): Promise<void> => {
    const output = await type(who);
    for (const keys of ["1 key", "2 keys"]) expect(output).toContain(`${says} ${keys}`);
  };
  expect((await stack.up()).exitCode).toBe(0);
  expect((await configuration.apply()).exitCode).toBe(0);

  // Until their teams take part, the plan blocks both declared keys.
  await stack.run(["stack", "export", "--file", path.join(folder, "stack.json")]);
  writeFileSync(path.join(folder, "tofu.json"), JSON.stringify(await configuration.show()));
  const declared = `--declared ${folder}/stack.json --declared ${folder}/tofu.json`;
  const text = readFileSync(path.join(example, "campaign.yaml"), "utf8");
  writeFileSync(path.join(folder, "campaign.yaml"), text.replace(/takingPart.*\n/, ""));
  await campaign("bob", `plan --write --yes ${declared}`);
  expect(await campaign("bob", "status")).toContain("a program declares the key, and its stack does not take part");
  writeFileSync(path.join(folder, "campaign.yaml"), text);
  // A stack that takes part is a rule of the wave, which the manifest repeats.
  await campaign("bob", `plan --write --yes ${declared}`);

  await campaign("bob", "next --yes");
  await uko.advance("1m");
  await approve("alice", "Deactivated");
  // A stack does not reactivate a key, and OpenTofu says what changed.
  expect((await stack.up()).output).toContain("2 unchanged");
  const plan = (await configuration.plan()).output;
  expect(plan).toContain("No changes");
  expect(plan).toContain('Key "ledger" changed from active to deactivated');
  const waiting = messageOf(await statusJson(stack));
  expect(waiting).toContain("Campaign retire-2027: 3 of 3 keys still have to end.");
  expect(waiting).toContain("Wave payments, 3 keys: ");

  await uko.advance("5h");
  expect(await type("alice")).toContain("Requested the destruction of 3 keys");
  await uko.advance("1m");
  await approve("bob", "Destroyed");
  // A destroy of the stack keeps the key until its keystore has let the material go.
  expect((await stack.destroy()).output).toContain("UKO_DESTRUCTION_PENDING");
  await uko.advance("31d");
  // The stack removes its own key and its state entry; the campaign removes the other keys.
  expect((await stack.destroy([], { env: envOf("bob") })).exitCode).toBe(0);
  expect((await stack.exportState()).resources).toEqual([]);
  expect(await campaign("bob", "next --yes")).toContain("Removed the metadata of 2 keys");
  const ended = await statusJson(stack);
  expect(messageOf(ended)).toBe("");
  // KMS still lists the keys behind the removed ones; they are not keys that the manifest lacks.
  expect(JSON.parse(ended)).toMatchObject({ newKeys: [] });
  // Code that still declares a key that is gone would create another one.
  expect((await configuration.plan()).output).toContain("Plan: 1 to add");
  await configuration.writeProgram("");
  expect((await configuration.apply()).exitCode).toBe(0);
  expect((await configuration.state()).resources).toEqual([]);

  const verdict = judge((await uko.audit()) as unknown as readonly TrailEntry[], { required: true, gate: "both" });
  expect(explainVerdict(verdict)).toBe("");
}, 240_000);

async function statusJson(stack: PulumiPerson): Promise<string> {
  const { output } = await stack.uko(["campaign", "status", "--folder", folder, "--json"], { env: envOf("notifier") });
  return output.slice(output.indexOf("{"));
}
