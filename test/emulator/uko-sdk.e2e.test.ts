/**
 * IBM's Go SDK of UKO, in the releases of API 4.7 and 4.12. IBM's betas of API 4.13 and the branches of its build for
 * 4.14 are not available as modules; they were run by hand (examples/emulator/README.md).
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { locateGo } from "../engines/find-go.ts";
import { clientRuns } from "./live-tests/clients.ts";

let emulator: Emulator;
afterEach(() => emulator?.close());

const container = (kind: string) => [
  `create ${kind} 201`,
  ...["get", "update"].map((step) => `${step} ${kind} 200`),
  `list ${kind}s 200`,
];
const keystore = (type: string) => [
  `create keystore ${type} 201`,
  "keystore status 200",
  ...["get keystore", "update keystore", "list keystores"].map((step) => `${step} 200`),
];
const states = { activate: "active", deactivate: "deactivated", destroy: "destroyed" } as const;
const steps = (...names: (keyof typeof states)[]) =>
  names.flatMap((step) => ["get key 200", `${step} key 200`, `state ${states[step]}`]);
const survey = [
  ...["list keys 200", "list chosen keys 200", "chosen keys 1", "templates by pages 5 <nil>"],
  ...["list keys of keystore", "list resources of key", "get key", "sync key"].map((step) => `${step} 200`),
];
const end = [...steps("deactivate", "destroy"), "key status 200", "get key 200", "delete key 204"];
const changed = ["create key 201", "get key 200", "update key 200", ...steps("activate")];
const rotated = [
  ...["create key 201", "get key 200", "activate key 200", "get key 200", "rotate key 200"],
  ...["list versions 200", "versions 2"],
];
const archived = ["archive", "unarchive"].flatMap((step) => ["get template 200", `${step} template 200`]);
const walk = (newer: readonly string[]) => {
  const ofKeystore = [...container("template"), ...changed, ...survey, ...newer, ...end];
  const template = ["get template 200", "delete template 204"];
  return [
    ...container("vault"),
    ...keystore("ibm_cloud_kms"),
    ...keystore("aws_kms"),
    ...[...ofKeystore, ...template, ...ofKeystore, ...template],
    ...["get keystore 200", "delete keystore 204", "get keystore 200", "delete keystore 204"],
    ...["get vault 200", "delete vault 204"],
  ];
};

/** Each version is pinned by a file of its own; Go fetches it once, as configured on the machine. */
const releases = [
  { ...clientRuns.uko47, api: "4.7", flags: [], lines: walk([]) },
  {
    ...clientRuns.uko412,
    api: "4.12",
    flags: ["-modfile=newer.mod", "-tags=api_4_12"],
    lines: walk([...rotated, ...end, ...archived]),
  },
] as const;

it.each(releases)(
  "IBM's Go SDK $release of API $api leads a vault, its keystores, templates and keys from created to deleted",
  async (release) => {
    const { goBin, env } = await locateGo();
    emulator = await startEmulator({ seed: demoSeed, profile: release.profile });
    const { stdout } = await promisify(execFile)(goBin, ["run", "-mod=readonly", ...release.flags, "."], {
      cwd: new URL("uko-sdk/", import.meta.url),
      env: { ...process.env, ...env, UKO_ENDPOINT: emulator.url, UKO_API_KEY: "carol-demo-key" },
      timeout: 170_000,
    });
    expect(release.passes).toContain(`: ${emulator.world.audit.since(0).length} calls`);
    expect(stdout.trimEnd().split("\n")).toEqual(release.lines);
    const kept = emulator.world.vaults.size + emulator.world.keystores.size + emulator.world.templates.size;
    expect([emulator.world.keys.size, kept]).toEqual([0, 1 + 2 + 4]);
  },
);
