/** Secrets through the package: encrypted in the state as inputs, digests in outputs, and in no log line of uko at the highest level. */

import { expect, test } from "vitest";
import { ended } from "../../contracts/interfaces/support/next-steps.ts";
import { engineOwn, textsBelow } from "../../contracts/interfaces/support/texts.ts";
import type { ExportedResource } from "../../stage/pulumi.ts";
import { from, withYaml, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const accessKeyId = "AKIAEXAMPLEEXAMPLE";
const secretAccessKey = "first-secret-access-key";
const payload = "QUJDREVGR0hJSktMTU5PUA==";
const apiKey = "carol-demo-key";
const secrets = [accessKeyId, secretAccessKey, payload, apiKey];

const programWith = (aws: Readonly<Record<string, string>> = {}): YamlProgram => ({
  resources: {
    mine: { type: "pulumi:providers:uko", properties: { apiKey } },
    vault: { type: "uko:index:Vault", properties: { name: "smoke" }, options: { provider: from("mine") } },
    paris: {
      type: "uko:index:Keystore",
      properties: {
        ...{ vaultId: from("vault.vaultId"), type: "aws_kms", name: "paris", groups: ["smoke"] },
        aws: { region: "eu_west_3", accessKeyId, secretAccessKey, ...aws },
      },
      options: { provider: from("mine") },
    },
    kms: {
      type: "uko:index:KmsKey",
      properties: { name: "smoke-kms", payload, dualAuthorization: "single" },
      options: { provider: from("mine") },
    },
  },
  outputs: { connection: from("paris.aws"), material: from("kms.payload") },
});

test("no connection secret, key material or credential is in clear text in state, output, message or our logs", () =>
  withYaml({ people: ["carol"], single: ["smoke-kms"], env: { UKO_API_KEY: undefined } }, async (scenario) => {
    const carol = await scenario.person("carol");
    const env = { UKO_API_KEY: undefined };
    const run = async (args: readonly string[], exitCode: number) =>
      ended(
        await carol.engine.run([...args, "--yes", "--skip-preview", "--logtostderr", "--logflow", "-v=9"], { env }),
        exitCode,
      );
    // Written only now: the program itself holds its secrets in clear text.
    await carol.writeProgram(yamlProgram(programWith()));
    const texts: (readonly [string, string])[] = [];
    const keep = (title: string, { output }: { output: string }) => texts.push([title, output]);
    keep("up", await run(["up"], 0));
    const exported = await carol.engine.exportState();
    const opened = await carol.engine.run(["stack", "export", "--show-secrets"]);
    keep("a refresh", await run(["refresh"], 0));
    keep("an unchanged up", await run(["up", "--expect-no-changes"], 0));
    const second = "second-secret-access-key";
    await carol.writeProgram(yamlProgram(programWith({ secretAccessKey: second })));
    keep("a new secret", await run(["up"], 0));
    await carol.writeProgram(yamlProgram(programWith({ secretAccessKey: second, region: "nowhere at all" })));
    keep("a check that fails", await run(["up"], 1));
    keep("the outputs", await carol.engine.run(["stack", "output"]));
    keep("a destroy", await run(["destroy", "--continue-on-error"], 0));
    await carol.writeProgram(yamlProgram());

    texts.push(["the state", exported.text], ...(await textsBelow(scenario.workspace.folder)));
    const found = texts.flatMap(([title, text]) =>
      text
        .split("\n")
        .filter((line) => [...secrets, second].some((secret) => line.includes(secret)) && !isOfOthers(line))
        .map((line) => `${title}: ${line.slice(0, 300)}`),
    );
    expect(found).toEqual([]);

    const keystore = exported.resources.find(({ type }) => type === "uko:index:Keystore");
    for (const values of [keystore?.inputs, keystore?.outputs]) {
      expect(values?.aws).toMatchObject({ ciphertext: expect.any(String) });
    }
    const { resources } = (JSON.parse(opened.stdout) as { deployment: { resources: ExportedResource[] } }).deployment;
    const ofStack = resources.filter(({ type }) => type.startsWith("uko:")).map(({ outputs }) => outputs);
    expect(JSON.stringify(ofStack).match(/scrypt:[\w-]{22}:[\w-]{43}/g)).toHaveLength(3);
    for (const secret of secrets) expect(JSON.stringify(ofStack)).not.toContain(secret);
  }));

/** At this verbosity the engine and the language host, both in Go, write each value that they pass on, for any provider. */
function isOfOthers(line: string): boolean {
  return engineOwn.test(line) || /rpc\.go:\d+\] (?:Unm|M)arshaling property for RPC\[/.test(line);
}
