/** Every type of connected keystore: a new secret, and the deletion of a key in it through the type's pending period. round-trip.test.ts has the connections. */

import { describe, expect, test } from "vitest";
import { vaultId } from "../emulator/harness.ts";
import { checkedBy, containersOf } from "../engine/containers-harness.ts";
import { options, unfinished, useEngineWorld } from "../engine/harness.ts";
import { isKmsCall } from "../support/calls.ts";

const uko = useEngineWorld();

interface Case {
  readonly type: string;
  /** The name of the block with the connection. */
  readonly block: string;
  readonly connection: Readonly<Record<string, unknown>>;
  /** A change to the connection: of a secret if the type has one. */
  readonly renewed: Readonly<Record<string, unknown>>;
  /** A change to the location, which is immutable. */
  readonly elsewhere?: Readonly<Record<string, unknown>>;
  readonly template: Readonly<Record<string, unknown>>;
  /** The service's own default for the type in the emulator. */
  readonly pending: string | undefined;
}

const ibm = {
  apiEndpoint: "https://api.eu-gb.hs-crypto.appdomain.cloud:9730",
  iamEndpoint: "https://iam.cloud.ibm.com",
  apiKey: "first-key",
  instanceId: "7e110000-0000-4000-8000-0000000000aa",
  keyRing: "partners",
};
const googleFile = (privateKeyId: string, more: object = {}) =>
  Buffer.from(JSON.stringify({ project_id: "shop-1", private_key_id: privateKeyId, ...more })).toString("base64");

const cases: readonly Case[] = [
  ...(["hpcs", "key_protect"] as const).map((type) => ({
    type,
    block: "ibm",
    connection: ibm,
    renewed: { apiKey: "second-key" },
    elsewhere: { keyRing: "others" },
    template: { keystoreType: "ibm_cloud_kms" },
    pending: "30d1m",
  })),
  {
    type: "aws_kms",
    block: "aws",
    connection: { region: "eu_west_1", accessKeyId: "AKIAFIRST", secretAccessKey: "hush/first" },
    renewed: { accessKeyId: "AKIASECOND", secretAccessKey: "hush/second" },
    elsewhere: { region: "us_east_1" },
    template: { keystoreType: "aws_kms", algorithm: "rsa", size: "2048" },
    pending: "7d1m",
  },
  {
    type: "azure_key_vault",
    block: "azure",
    connection: {
      serviceName: "shop-keys",
      resourceGroup: "shop.group",
      servicePrincipalClientId: "client-1",
      servicePrincipalPassword: "hush.first",
      tenant: "tenant-1",
      subscriptionId: "subscription-1",
      variant: "premium",
      location: "europe_west",
      environment: "azure",
    },
    renewed: { servicePrincipalPassword: "hush.second" },
    elsewhere: { tenant: "tenant-2" },
    template: {
      keystoreType: "azure_key_vault",
      algorithm: "rsa",
      size: "2048",
      azure: { protectionLevel: "hsm", operations: ["wrap_key", "unwrap_key"] },
    },
    pending: "90d1m",
  },
  {
    type: "google_kms",
    block: "google",
    connection: { credentials: googleFile("key-1"), location: "europe-west3", keyRing: "shop-ring" },
    renewed: { credentials: googleFile("key-1", { private_key: "other" }) },
    elsewhere: { location: "us-east1" },
    template: {
      keystoreType: "google_kms",
      google: { protectionLevel: "hsm", purpose: "encrypt_decrypt", algorithm: "google_symmetric_encryption" },
    },
    pending: "30d1m",
  },
  {
    type: "cca",
    block: "cca",
    connection: { host: "cca.example.com", port: 9443, publicKeyHash: "aa11", useTls: true, trustedIssuer: "Example" },
    renewed: { publicKeyHash: "bb22" },
    template: {
      keystoreType: "cca",
      cca: { usageControl: "key_management_only", keyType: "cipher", keyWords: ["XPRTCPAC"] },
    },
    pending: undefined,
  },
];

describe.each(cases)("a keystore of type $type", (each) => {
  const { type, block, connection, renewed, elsewhere, template, pending } = each;
  const news = { vaultId, type, name: `connected-${type.replaceAll("_", "-")}`, groups: ["shop"], [block]: connection };
  const templateNews = {
    vaultId,
    name: "shop",
    algorithm: "aes",
    size: "256",
    activationPeriod: "P0D",
    expirationPeriod: "P2Y",
    group: "shop",
    ...template,
  };
  const connect = () => {
    const { keystores } = containersOf(uko, "carol");
    return keystores.create(checkedBy(keystores, news), options);
  };

  test("accepts a new secret once and a new name, and refuses a new location", async () => {
    const { state } = await connect();
    const { keystores } = containersOf(uko, "carol");
    const wanted = { ...news, name: "renamed", [block]: { ...connection, ...renewed } };
    expect(keystores.diff(state, checkedBy(keystores, wanted, state)).toSorted()).toEqual([block, "name"].toSorted());
    const updated = await keystores.update(state, checkedBy(keystores, wanted, state), options);
    expect(updated.state.name).toBe("renamed");
    expect(keystores.diff(updated.state, checkedBy(keystores, wanted, updated.state))).toEqual([]);
    const moved = { ...wanted, [block]: { ...connection, ...elsewhere } };
    const refused = keystores.check(moved, updated.state).failures.map(({ property }) => property);
    expect(refused).toEqual(Object.keys(elsewhere ?? {}).map((name) => `${block}.${name}`));
    const seq = await uko.lastSeq();
    await keystores.update(updated.state, checkedBy(keystores, wanted, updated.state), options);
    expect((await uko.trail()).filter((entry) => entry.seq > seq && entry.effect)).toEqual([]);
    expect((await keystores.read(updated.state, options))?.state).toEqual(updated.state);
  });

  test("holds a key until the key's deletion, and is deleted after it", async () => {
    const { state } = await connect();
    const { keystores, templates } = containersOf(uko, "carol");
    const made = await templates.create(checkedBy(templates, templateNews), options);
    expect(made.state).toMatchObject(templateNews);
    expect(templates.diff(made.state, checkedBy(templates, templateNews, made.state))).toEqual([]);
    const key = await uko.make({ template: "shop", label: "shop", dualAuthorization: "single" });
    expect(key.keystores).toEqual([expect.objectContaining({ name: news.name, status: "active" })]);

    const { handlers } = uko.run("carol");
    const codes: string[] = [(await unfinished(handlers, key)).code];
    const waiting = await keystores.delete(state, options);
    expect(waiting).toMatchObject({ kind: "unfinished", code: "UKO_CONTAINER_IN_USE" });
    await uko.advance("4h1m");
    if (pending !== undefined) {
      codes.push((await unfinished(handlers, key)).code);
      expect(await keystores.delete(state, options)).toMatchObject({ message: expect.stringContaining("shop") });
      await uko.advance(pending);
    }
    expect(codes).toEqual(["UKO_COOLING_DOWN", ...(pending === undefined ? [] : ["UKO_DESTRUCTION_PENDING"])]);
    expect(await handlers.delete(key, options)).toMatchObject({ kind: "ended" });
    expect(await templates.delete(made.state, options)).toMatchObject({ kind: "ended" });
    expect(await keystores.delete(state, options)).toMatchObject({ kind: "ended" });
    expect(await keystores.read(state, options)).toBeUndefined();
    expect((await uko.effects()).filter(isKmsCall), "no backing key is touched").toEqual([]);
  });
});

test("the service names an Azure keystore without a name, and it shows no difference", async () => {
  const connection = cases.find(({ type }) => type === "azure_key_vault")?.connection;
  const news = { vaultId, type: "azure_key_vault", groups: ["shop"], azure: connection };
  const { keystores } = containersOf(uko, "carol");
  const { state } = await keystores.create(checkedBy(keystores, news), options);
  expect(state.name).toBe("shop-keys");
  expect(keystores.diff(state, checkedBy(keystores, news, state))).toEqual([]);
  expect((await keystores.read(state, options))?.warnings).toEqual([]);
  expect(await keystores.delete(state, options)).toMatchObject({ kind: "ended" });
});

test("a failing connection is kept and reported, and works once its secret is right", async () => {
  const connection = { region: "eu_west_1", accessKeyId: "AKIA", secretAccessKey: "wrong" };
  const news = { vaultId, type: "aws_kms", name: "dublin", aws: connection };
  const { keystores } = containersOf(uko, "carol");
  const made = await keystores.create(checkedBy(keystores, news), options);
  expect(made.warnings).toEqual([
    expect.stringContaining('reports health "configuration_error" for keystore "dublin"'),
  ]);
  const right = { ...news, aws: { ...connection, secretAccessKey: "right" } };
  const updated = await keystores.update(made.state, checkedBy(keystores, right, made.state), options);
  expect(await keystores.read(updated.state, options)).toMatchObject({ warnings: [] });
});
