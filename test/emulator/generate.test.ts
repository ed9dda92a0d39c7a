import { expect, it } from "vitest";
import { startEmulator } from "../../provider/emulator/start.ts";
import { generateSeed, parseGeneratedSize } from "../../provider/emulator/store/generate.ts";
import { keystoreTypes } from "../../provider/emulator/store/model.ts";
import { type Body, startTestWorld } from "./harness.ts";

it("generates the same world for the same size", () => {
  const size = parseGeneratedSize("keys=60,vaults=2,kms=10,blocked=5");
  expect(size).toEqual({ keys: 60, vaults: 2, kms: 10, blocked: 5 });
  expect(generateSeed(size)).toEqual(generateSeed(size));
  expect(parseGeneratedSize("vaults=12")).toEqual({ keys: 100, vaults: 12, kms: 0, blocked: 0 });
});

it("starts with keys in five kinds of keystore, and with keys that are blocked in each way", async () => {
  const seed = generateSeed({ keys: 200, vaults: 3, kms: 20, blocked: 10 });
  const emulator = await startEmulator({ seed });
  try {
    const { world } = emulator;
    const keys = [...world.keys.values()];
    const types = keys.flatMap(({ placements }) =>
      placements.map((each) => world.keystores.get(each.keystoreId)?.type),
    );
    expect(new Set(types)).toEqual(new Set(keystoreTypes));
    expect(keys.filter(({ state }) => state === "pre_activation").length).toBeGreaterThan(5);
    expect(keys.filter(({ state }) => state === "deactivated").length).toBeGreaterThan(5);
    const isIn = (name: string) => (key: (typeof keys)[number]) =>
      key.placements.some(({ keystoreId }) => world.keystores.get(keystoreId)?.name.endsWith(name));
    expect({
      retained: keys.filter(({ resources }) => resources.some((each) => each.preventKeyDeletion)).length,
      held: keys.filter(({ tags }) => tags.some(({ name }) => name === "hold")).length,
      compromised: keys.filter(({ state }) => state === "compromised").length,
      unreachable: keys.filter(isIn("-unreachable")).length,
      refusing: keys.filter(isIn("-refusing")).length,
    }).toEqual({ retained: 2, held: 2, compromised: 2, unreachable: 2, refusing: 2 });
    const kmsKeys = [...world.kmsKeys.values()].filter(({ backingKeyOf }) => backingKeyOf === undefined);
    expect(kmsKeys.map(({ dualAuth }) => dualAuth === undefined).filter(Boolean)).toHaveLength(2);
  } finally {
    await emulator.close();
  }
});

it.each([
  ["keys=many", /keys is a number from 0 to 20000/],
  ["vaults=0", /vaults is a number from 1 to 100/],
  ["people=3", /"people" cannot be generated. Use keys, vaults, kms, blocked/],
  ["keys=10,blocked=11", /blocked counts keys/],
])("refuses %s", (text, message) => {
  expect(() => parseGeneratedSize(text)).toThrow(message);
});

/** What IBM's definitions list for members of keystores, keys and templates (uko-v4.md 3.2 to 3.9, 3.13). */
const definitions: Readonly<Record<string, RegExp>> = {
  type: /^(aws_kms|azure_key_vault|google_kms|ibm_cloud_kms|cca|secret_key|user_defined|com_ibm_cloud_kms_registration)$/,
  ibm_variant: /^(internal|hpcs|key_protect)$/,
  aws_region: /^(af|ap|ca|cn|eu|me|sa|us)_(central|east|north|northeast|northwest|south|southeast|west)_[1-3]$/,
  azure_service_name: /^[A-Za-z0-9-]{3,24}$/,
  azure_resource_group: /^[-\w._()]{0,89}[^.]$/,
  azure_service_principal_client_id: /^[-0-9a-zA-Z]{1,36}$/,
  azure_tenant: /^[-0-9a-zA-Z]{1,36}$/,
  azure_subscription_id: /^[-0-9a-zA-Z]{1,36}$/,
  google_location: /^[A-Za-z0-9-]{1,512}$/,
  google_key_ring: /^[A-Za-z0-9-]{1,1024}$/,
  google_key_protection_level: /^(hsm|software)$/,
  google_key_purpose: /^(encrypt_decrypt|asymmetric_decrypt|asymmetric_sign|mac)$/,
  azure_key_protection_level: /^(hsm|software)$/,
  cca_host: /./,
  cca_port: /^[1-9][0-9]{0,4}$/,
  cca_public_key_hash: /^[0-9a-f]+$/,
  health_status: /^(ok|not_responding|configuration_error|pending_check)$/,
  algorithm: /^(aes|hmac|rsa|ec)$/,
  size: /^[A-Za-z0-9]{1,100}$/,
  activation_date: /^(P([0-9]+[YMWD])+|\d{4}-\d\d-\d\d)$/,
  expiration_date: /^(P([0-9]+[YMWD])+|\d{4}-\d\d-\d\d)$/,
  crn: /^crn:v1:bluemix:public:[a-z-]+:[a-z-]+:a\/[^:]+:[0-9a-f-]{36}:[a-z-]+:[^:]+$/,
};

it("holds only values that IBM's definitions list", async () => {
  const world = await startTestWorld({ seed: generateSeed({ keys: 200, vaults: 1, kms: 0, blocked: 10 }) });
  const unlisted = new Set<string>();
  const check = (value: unknown, name = ""): void => {
    if (typeof value === "object" && value !== null) {
      for (const [member, each] of Object.entries(value)) check(each, Array.isArray(value) ? name : member);
    } else if (definitions[name]?.test(String(value)) === false) unlisted.add(`${name}: ${JSON.stringify(value)}`);
    // IBM's SDK reads the port as a number alone.
    if (name === "cca_port" && typeof value !== "number") unlisted.add(`cca_port: ${typeof value}`);
  };
  const get = async (path: string): Promise<Body> => (await world.as("carol").call("GET", `/api/v4/${path}`)).body;
  try {
    const keys = await get("managed_keys?limit=1000&state=pre_activation,active,deactivated,compromised");
    for (const body of [keys, await get("templates"), await get("keystores"), await get("vaults")]) check(body);
    for (const { id } of keys.managed_keys) check(await get(`managed_keys/${id}/associated_resources`));
  } finally {
    await world.close();
  }
  expect([...unlisted]).toEqual([]);
});
