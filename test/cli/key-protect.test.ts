/** `uko` on an instance of Key Protect, which has neither UKO nor a broker: only its CRN and the address of KMS are set. */

import path from "node:path";
import { describe, expect, it } from "vitest";
import { demoInstanceId, keyProtectWorld } from "../../provider/emulator/store/demo-seed.ts";
import { isKmsCall, isUkoCall } from "../support/calls.ts";
import { useCliStage } from "./cli-stage.ts";
import type { Ended } from "./harness.ts";

const { world, folder } = useCliStage({
  profile: "key-protect",
  seed: { ...keyProtectWorld, clock: { start: "2026-11-24T14:22:00Z", frozen: true } },
});
const [{ id, name }] = keyProtectWorld.kmsKeys;
const key = `kms/${id}`;
const crn = `crn:v1:bluemix:public:kms:eu-de:a/emulated-account:${demoInstanceId}::`;
const kmsWrites = async () =>
  (await world.trail()).filter(({ effect, operation }) => effect && isKmsCall(operation)).map((each) => each.operation);

describe("on an instance of Key Protect", () => {
  it("two people delete a root key, and nothing but KMS and IAM is called", async () => {
    expect(await world.uko("alice", `request ${key}`)).toMatchObject({ exitCode: 0 });
    expect((await world.type("alice", `approve ${key}`)).exitCode).toBe(13);
    const done = await world.type("bob", `approve ${key}`);
    expect([done.exitCode, done.out + done.err]).toEqual([0, expect.stringContaining(`"${name}" is destroyed`)]);
    expect(await kmsWrites()).toEqual(["setKeyForDeletion", "deleteKmsKey"]);
    const audited = await world.uko("erin", "audit");
    expect([audited.exitCode, audited.out]).toEqual([0, expect.stringContaining(name)]);
    const operations = new Set((await world.trail()).map(({ operation }) => operation));
    expect([...operations].filter((each) => !isKmsCall(each) && !/^(token|jwks)$/.test(each))).toEqual([]);
    expect((await world.verdict()).violations).toEqual([]);
  });

  it("no person destroys a key alone", async () => {
    expect((await world.type("carol", `request ${key}`)).exitCode).toBe(0);
    expect((await world.type("carol", `approve ${key}`)).exitCode).toBe(12);
    expect((await world.uko("bob", `continue ${key}`)).exitCode).toBe(10);
    expect(await kmsWrites()).toEqual(["setKeyForDeletion"]);
  });
});

describe("settings that do not fit", () => {
  const codeOf = ({ err }: Ended): string | undefined => /\[(UKO_\w+)\]/.exec(err)?.[1];
  const run = (environment: Readonly<Record<string, string>>) => world.uko("bob", `status ${key}`, environment);

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["the CRN of another account", { UKO_INSTANCE_ID: crn.replace("emulated-", "other-") }, "UKO_INSTANCE_MISMATCH"],
    ["the CRN of another region", { UKO_INSTANCE_ID: crn.replace("eu-de", "us-south") }, "UKO_INSTANCE_MISMATCH"],
    ["the CRN of another instance", { UKO_INSTANCE_ID: crn.replace("0e5f", "1e5f") }, "UKO_ACCESS_DENIED"],
    ["the CRN of another service", { UKO_INSTANCE_ID: crn.replace(":kms:", ":hs-crypto:") }, "UKO_SETTINGS_INVALID"],
    ["the CRN of a key", { UKO_INSTANCE_ID: crn.replace("::", `:key:${id}`) }, "UKO_SETTINGS_INVALID"],
    ["another region", { UKO_REGION: "us-south" }, "UKO_SETTINGS_INVALID"],
    ["an address of UKO", { UKO_ENDPOINT: "https://uko.cloud.ibm.com" }, "UKO_SETTINGS_INVALID"],
    ["a host in another region", { UKO_KMS_ENDPOINT: "https://us-south.kms.cloud.ibm.com" }, "UKO_HOST_NOT_ALLOWED"],
    [
      "a Dedicated host of another instance",
      { UKO_KMS_ENDPOINT: "https://11111111-7b1d-4c55-9d2e-6a4f8b0c1d2e.api.eu-de.kms.appdomain.cloud" },
      "UKO_INSTANCE_MISMATCH",
    ],
    [
      "a host of Hyper Protect Crypto Services",
      { UKO_KMS_ENDPOINT: `https://${demoInstanceId}.api.eu-de.hs-crypto.appdomain.cloud` },
      "UKO_HOST_NOT_ALLOWED",
    ],
    [
      "a host of Key Protect, with the UUID of an instance",
      { UKO_INSTANCE_ID: demoInstanceId, UKO_KMS_ENDPOINT: "https://eu-de.kms.cloud.ibm.com" },
      "UKO_HOST_NOT_ALLOWED",
    ],
    ["the UUID of the instance alone", { UKO_INSTANCE_ID: demoInstanceId }, "UKO_SETTINGS_INVALID"],
  ])("%s: refused", async (_, environment, code) => {
    const ended = await run(environment);
    expect([ended.exitCode, codeOf(ended)], ended.err).toEqual([1, code]);
  });

  it("the probe asks KMS and IAM, and sends nothing to UKO", async () => {
    const before = (await world.trail()).length;
    const { exitCode, out, err } = await world.uko("carol", `probe --out ${path.join(folder, "recording.jsonl")}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("at most")]);
    expect(out).toContain(
      "2 probes not tried:\n  the key has policies: kms.policies\n  the instance has no policy: kms.instance-policies\n",
    );
    expect(out).toMatch(/^\d+ probes completed on emulator, API v2, region eu-de: \d+ verified, 1 refuted\.\n/);
    // IBM's own live tests of Key Protect expect no lastUpdateDate before the first change.
    expect(out).toContain("Refuted: kms.first-update");
    const operations = new Set((await world.trail()).slice(before).map(({ operation }) => operation));
    expect([...operations].filter((each) => isUkoCall(each))).toEqual([]);
  });
});
