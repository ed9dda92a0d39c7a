import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";

let emulator: Emulator;
afterEach(() => emulator?.close());

const container = (kind: string) => [`create ${kind}`, `get ${kind}`, `update ${kind}`, `list ${kind}s`];
const keystore = (type: string) => [
  `create keystore ${type} 201`,
  "keystore status 200",
  ...["get keystore", "update keystore", "list keystores"].map((step) => `${step} 200`),
];
const template = [...container("template"), ...container("key")];
const key = [
  ...template.map((step) => `${step} ${step.startsWith("create") ? 201 : 200}`),
  ...["activate", "deactivate", "destroy"].flatMap((step) => [
    "get key 200",
    `${step} key 200`,
    `state ${{ activate: "active", deactivate: "deactivated", destroy: "destroyed" }[step]}`,
  ]),
  ...["key status 200", "get key 200", "delete key 204", "get template 200", "delete template 204"],
];

/** The module is pinned by go.mod and go.sum; Go fetches it once, as configured on the machine. */
it("IBM's Go SDK of API 4.7 leads a vault, its keystores, templates and keys from created to deleted", async () => {
  emulator = await startEmulator({ seed: demoSeed, profile: "api-4.7" });
  const { stdout } = await promisify(execFile)("go", ["run", "-mod=readonly", "."], {
    cwd: new URL("go-sdk/", import.meta.url),
    env: { ...process.env, UKO_ENDPOINT: emulator.url, UKO_API_KEY: "carol-demo-key" },
    timeout: 170_000,
  });
  expect(stdout.trimEnd().split("\n")).toEqual([
    ...container("vault").map((step) => `${step} ${step.startsWith("create") ? 201 : 200}`),
    ...keystore("ibm_cloud_kms"),
    ...keystore("aws_kms"),
    ...key,
    ...key,
    ...["get keystore 200", "delete keystore 204", "get keystore 200", "delete keystore 204"],
    ...["get vault 200", "delete vault 204"],
  ]);
  const kept = emulator.world.vaults.size + emulator.world.keystores.size + emulator.world.templates.size;
  expect([emulator.world.keys.size, kept]).toEqual([0, 1 + 2 + 4]);
});
