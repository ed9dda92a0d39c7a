/** The credential of a run: which one it uses, which hosts receive it, and that no file or message holds it. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import type { AuditEntry } from "./support/emulator.ts";
import { ended, firstLineOf, messageOf } from "./support/next-steps.ts";
import { keepsTags, profilesFor } from "./support/profiles.ts";
import { openScenario } from "./support/scenario.ts";
import { engineOwn, textsBelow } from "./support/texts.ts";
import { userInterface } from "./user-interface.ts";

const bobId = "IBMid-550000BOB";
const aliceId = "IBMid-550000ALICE";

test.each(profilesFor().filter(keepsTags))(
  "the API key in the environment overrides the one in the stack's configuration (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, apiKeys: { stored: "alice-demo-key" } });
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    for (const person of [alice, bob]) await person.storeApiKey("alice-demo-key");
    ended(await bob.up(), 0);
    expect(callers(await scenario.audit())).toEqual([bobId]);

    // Without one in the environment the stored credential is used, so Bob's environment did override one.
    const mark = await scenario.mark();
    const asStored = await bob.engine.destroy([], { env: { UKO_API_KEY: undefined } });
    expect(asStored).toMatchObject({ exitCode: 1 });
    expect(firstLineOf(asStored.output)).toBe(
      'Key "payroll" is waiting for a second person to approve its deactivation',
    );
    expect(callers((await scenario.audit()).filter(({ seq }) => seq > mark))).toEqual([aliceId]);

    await scenario.advance("1m");
    // Bob stores an approval, on which only Alice's runs act: with his own key in the environment he takes no step.
    ended(await bob.storeApproval("payroll"), 0);
    const other = ended(await bob.destroy(), 1);
    expect((await scenario.writes(mark)).map(({ operation, caller, status }) => [operation, caller, status])).toEqual([
      ["updateManagedKey", aliceId, 200],
      ["updateManagedKey", bobId, 200],
    ]);
    expect(messageOf(other.output)).toContain("[UKO_APPROVAL_PENDING]");
    expect(await alice.resources()).toMatchObject([{ outputs: { keyState: "active" } }]);
  },
);

test("a stack that names another instance than the environment reads and creates nothing, in either of them", async () => {
  const instanceId = "1f5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
  await using scenario = await openScenario({ profile: "documented", config: { "uko:instanceId": instanceId } });
  const bob = await scenario.person("bob");
  // Pulumi previews a program of the dynamic provider without a call to it.
  const runs = [await bob.up(), ...(userInterface.name === "dynamic" ? [] : [await bob.preview()])];
  for (const run of runs) {
    const { output } = ended(run, 1);
    expect(output.replaceAll(/[\s│]+/g, " ")).toContain(
      `UKO_INSTANCE_ID names instance ${demoSeed.instance.id}, but instance`,
    );
    expect(output).toContain("[UKO_INSTANCE_MISMATCH]");
  }
  expect(await scenario.audit()).toEqual([]);
  // The verdict needs a call to judge.
  ended(await bob.uko(["ls"]), 0);
});

const addresses = [
  ["uko:endpoint", "UKO_ENDPOINT", "endpoint"],
  ["uko:kmsEndpoint", "UKO_KMS_ENDPOINT", "kmsEndpoint"],
  ["uko:iamEndpoint", "UKO_IAM_ENDPOINT", "iamEndpoint"],
] as const;
/** A stack whose settings all hold this address. The environment overrides each one, unless a run leaves it out. */
const storedAddresses = (url: string) => Object.fromEntries(addresses.map(([setting]) => [setting, url]));

test("a stored address receives nothing, and the run stops before it reads the credential", async () => {
  await using thief = await startThief();
  await using scenario = await openScenario({ profile: "documented", config: storedAddresses(thief.url) });
  const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
  ended(await bob.up(), 0);
  expect((await alice.engine.exportState()).text.includes(thief.url)).toBe(userInterface.keepsSettings);
  const mark = await scenario.mark();
  const before = await bob.resources();

  for (const [, variable] of addresses) {
    for (const args of [["destroy", "--refresh"], ["refresh"]]) {
      const run = await bob.engine.run([...args, "--skip-preview", "--yes"], { env: { [variable]: undefined } });
      expect(run.exitCode, run.output).not.toBe(0);
      expect(run.output, variable).toContain(`The host ${new URL(thief.url).host} may not receive a credential`);
      expect(run.output).toContain("[UKO_HOST_NOT_ALLOWED]");
    }
    const elsewhere = await bob.engine.destroy([], { env: { [variable]: "https://uko.evil.example" } });
    expect(elsewhere).toMatchObject({ exitCode: 1 });
    expect(firstLineOf(elsewhere.output)).toBe("The host uko.evil.example may not receive a credential");
    expect(thief.connections()).toBe(0);
    expect(await scenario.mark()).toBe(mark);
  }
  expect((await bob.resources()).map(({ outputs }) => outputs)).toEqual(before.map(({ outputs }) => outputs));
  ended(await bob.destroy(), 1);
});

test("a stored address of a customer's cluster below IBM's domain stops the run, which prints nothing to copy", async () => {
  const cluster = "c100-e.eu-de.containers.cloud.ibm.com";
  await using scenario = await openScenario({ profile: "documented", config: storedAddresses(`https://${cluster}`) });
  const bob = await scenario.person("bob");
  ended(await bob.up(), 0);
  const mark = await scenario.mark();
  for (const [, variable, name] of addresses) {
    const run = await bob.engine.destroy([], { env: { [variable]: undefined } });
    expect(run.exitCode, run.output).not.toBe(0);
    expect(firstLineOf(run.output)).toBe(`The host ${cluster} may not receive a credential`);
    // In snake_case in HCL.
    expect(messageOf(run.output)).toMatch(
      new RegExp(`stored setting ${name.replace(/[A-Z]/g, "_?$&")} of the provider`, "i"),
    );
    expect(run.output).not.toContain("UKO_ALLOWED_HOSTS=");
    expect(await scenario.mark()).toBe(mark);
  }
});

test("no credential is in state, logs, outputs, tags, errors, evidence or home directories", async () => {
  const planted = { alice: `planted-${"a".repeat(30)}-alice`, bob: `planted-${"b".repeat(30)}-bob` };
  await using scenario = await openScenario({
    profile: "documented",
    seed: seedWithApiKeys({ "alice-demo-key": planted.alice, "bob-demo-key": planted.bob }),
    apiKeys: planted,
    env: { UKO_EVIDENCE: "evidence.jsonl" },
  });
  const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
  const stored = `planted-${"s".repeat(30)}-stored`;
  await bob.storeApiKey(stored);
  const loud = ["--debug", "-v=9", "--logtostderr"];
  const printed: string[] = [];
  const run = async (who: typeof bob, args: readonly string[], env: Record<string, string> = {}) => {
    const result = await who.engine.run([...args, ...loud], { env, timeoutMs: 120_000 });
    printed.push(result.output, (await who.engine.exportState()).text);
    return result;
  };
  const destroy = ["destroy", "--skip-preview", "--yes"];

  ended(await run(bob, ["up", "--skip-preview", "--yes"]), 0);
  const first = await bob.destroy();
  printed.push(first.output);
  await scenario.advance("1m");
  // Services that put a credential into what they say, and calls that end in the middle.
  const echo = `The key ${planted.alice} is not good`;
  await scenario.control("faults", { operation: "token", status: 400, times: 1, body: { errorMessage: echo } });
  expect((await run(alice, destroy)).output).toContain("[UKO_CREDENTIAL_REFUSED]");
  // A look before the run forgives it, and OpenTofu tells nothing of such a look; the step itself meets it too.
  await scenario.control("faults", {
    operation: "getManagedKey",
    status: 403,
    times: userInterface.looksFirst ? 2 : 1,
  });
  expect((await run(alice, destroy)).output).toContain("[UKO_RIGHTS_MISSING]");
  await scenario.control("faults", { operation: "getManagedKey", drop: "before", times: 4 });
  ended(await run(alice, destroy), 1);
  const second = await alice.approve("payroll");
  printed.push(second.output);
  expect(await scenario.key(), second.output.slice(-2_000)).toMatchObject({ state: "deactivated" });
  for (const [who, args] of [
    [alice, ["status", await scenario.keyPath(), "--json"]],
    [bob, ["plan", await scenario.keyPath()]],
  ] as const) {
    printed.push((await who.uko(args)).output);
  }

  const secrets = [planted.alice, planted.bob, stored];
  const files = await textsBelow(scenario.workspace.folder);
  const places = [
    ...printed.map((text, index) => [`output ${index}`, text] as const),
    ...files,
    ["keys in the service", JSON.stringify((await scenario.uko.world()).keys)] as const,
  ];
  expect(files.map(([file]) => path.basename(file))).toContain("evidence.jsonl");
  expect(printed.join().length).toBeGreaterThan(10_000);
  for (const [place, text] of places) {
    for (const secret of secrets) {
      // At -v=9 the engine itself writes the configuration that it decrypted, for any provider; uko writes no secret.
      const lines = text.split("\n").filter((line) => line.includes(secret));
      const ours = lines.filter((line) => !(secret === stored && engineOwn.test(line)));
      expect(ours, `${secret} in ${place}`).toEqual([]);
    }
    // Every token is a JSON Web Token.
    expect(/eyJ[\w-]{10,}\.[\w-]{10,}/.test(text), `a token in ${place}`).toBe(false);
  }
});

function callers(trail: readonly AuditEntry[]): readonly string[] {
  return [...new Set(trail.flatMap(({ caller }) => caller ?? []))];
}

/** Listens and counts; what connects here would have sent a credential next. */
async function startThief(): Promise<{ readonly url: string; connections(): number } & AsyncDisposable> {
  let connections = 0;
  const server = createServer((_, response) => response.end());
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function seedWithApiKeys(apiKeys: Readonly<Record<string, string>>): Seed {
  const identities = demoSeed.identities.map((identity) => ({
    ...identity,
    ...("apiKey" in identity && identity.apiKey in apiKeys && { apiKey: apiKeys[identity.apiKey] ?? "" }),
  }));
  return { ...demoSeed, identities } as unknown as Seed;
}
