/**
 * Attack: a person calls an instance with UKO "Key Protect", by the CRN in the settings. Then UKO would not be asked
 * whether a managed key depends on a KMS key, and the managed key would lose its material without its two people.
 */

import { beforeAll, expect, it } from "vitest";
import { openHandlers } from "../../provider/compose/engines.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { makeKmsKey } from "../cli/harness.ts";

const crn = `crn:v1:bluemix:public:kms:eu-de:a/emulated-account:${demoInstanceId}::`;
/** All that such a person sets. An address on this machine has to come from the environment. */
const pretence = { UKO_INSTANCE_ID: crn, UKO_ENDPOINT: "" };

const { world } = useCliStage({ isKept: true });
let keyId = "";
beforeAll(async () => {
  keyId = await makeKmsKey(world, "backup");
});

const kmsWrites = async () =>
  (await world.trail()).filter(
    ({ effect, operation }) => effect && /^(deleteKmsKey|setKeyForDeletion)$/.test(operation),
  );

it.each(["status", "request", "approve", "withdraw", "continue"])(
  "uko %s refuses the KMS key of an instance with UKO that the settings call Key Protect",
  async (command) => {
    const { exitCode, err } = await world.type("carol", `${command} kms/${keyId}`, undefined, pretence);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("[UKO_INSTANCE_MISMATCH]")]);
    expect(err).toContain(`crn:v1:bluemix:public:hs-crypto:eu-de:a/emulated-account:${demoInstanceId}:key:${keyId}`);
    expect(await kmsWrites()).toEqual([]);
  },
);

it.each(["ls", "requests", "doctor"])(
  "uko %s says that the keys belong to another kind of instance",
  async (command) => {
    const { out, err } = await world.uko("carol", command, pretence);
    expect(out + err).toContain("UKO_INSTANCE_MISMATCH");
  },
);

it("a stored CRN does not turn the checks of UKO off either, nor send the credential to a host of another kind", async () => {
  const before = { ...process.env };
  Object.assign(process.env, world.environmentOf("carol"), { UKO_ENDPOINT: "", UKO_INSTANCE_ID: "" });
  try {
    const open = (stored: Readonly<Record<string, string>>) =>
      openHandlers(() => stored, { progress: { report: () => {} } }, { rerun: "pulumi destroy" }).resources.kmsKey;
    const options = { signal: AbortSignal.timeout(20_000) };
    await expect(open({ instanceId: crn }).lookup(keyId, options)).rejects.toMatchObject({
      code: "UKO_INSTANCE_MISMATCH",
    });
    process.env.UKO_KMS_ENDPOINT = "";
    const kmsEndpoint = `https://${demoInstanceId}.api.eu-de.hs-crypto.appdomain.cloud`;
    await expect(open({ instanceId: crn, kmsEndpoint }).lookup(keyId, options)).rejects.toMatchObject({
      code: "UKO_HOST_NOT_ALLOWED",
    });
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
  expect(await kmsWrites()).toEqual([]);
});
