import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { type Client, startCheckedWorld, type TestWorld, vaultId } from "./harness.ts";

const roles = [
  "Reader",
  "ReaderPlus",
  "Writer",
  "Manager",
  "VaultAdministrator",
  "KeyCustodianCreator",
  "KeyCustodianDeployer",
  "KeyPurge",
] as const;
type Role = (typeof roles)[number];
const r = "Reader ReaderPlus Writer Manager VaultAdministrator KeyCustodianCreator KeyCustodianDeployer".split(" ");
const listing = r.slice(3);
const custodians = ["KeyCustodianCreator", "KeyCustodianDeployer"];

let world: TestWorld;
beforeAll(async () => {
  const person = (role: string, extra: object = {}) => ({
    iamId: `IBMid-${role}`,
    kind: "person" as const,
    name: role,
    apiKey: `${role}-key`,
    roles: roles.filter((known) => known === role),
    ...extra,
  });
  world = await startCheckedWorld({
    seed: {
      ...structuredClone(demoSeed),
      identities: [
        ...demoSeed.identities,
        ...roles.map((role) => person(role)),
        person("untagged", {
          roles: ["KeyCustodianDeployer"],
          denials: ["hs-crypto.managed-keys.write-tags", "managed-keys.write-dates"],
        }),
        person("narrowed", { roles: ["KeyCustodianDeployer"], vaults: ["other"] }),
        person("granted", { roles: ["Reader"], grants: ["managed-keys.active-deactivate"] }),
      ],
      vaults: [...demoSeed.vaults, { name: "other" }],
    },
  });
});
afterAll(() => world.close());

const as = (role: string): Client => world.as({ apiKey: `${role}-key` });

/** uko-v4.md 6: who may, by call; everybody else is answered 403. */
const calls: readonly (readonly [string, readonly string[], (client: Client) => Promise<{ status: number }>])[] = [
  ["K1 list", listing, (client) => client.call("GET", "/api/v4/managed_keys")],
  ["K2 create", ["KeyCustodianCreator"], (client) => client.create()],
  ["K3 get", r, async (client) => client.key((await world.keyIn("active")).id)],
  ["K4 change", custodians, async (client) => client.patch((await world.keyIn("active")).id, { description: "x" })],
  ["K4 with tags", custodians, async (client) => client.patch((await world.keyIn("active")).id, { tags: [] })],
  [
    "K4 with dates",
    custodians,
    async (client) => client.patch((await world.keyIn("active")).id, { expiration_date: "2031-01-01" }),
  ],
  ["K5 remove", ["VaultAdministrator"], async (client) => client.remove((await world.keyIn("destroyed")).id)],
  [
    "K6 activate",
    ["KeyCustodianDeployer"],
    async (client) => client.step((await world.keyIn("pre_activation")).id, "activate"),
  ],
  [
    "K6 reactivate",
    ["KeyCustodianDeployer"],
    async (client) => client.step((await world.keyIn("deactivated")).id, "activate"),
  ],
  [
    "K7 deactivate",
    ["KeyCustodianDeployer"],
    async (client) => client.step((await world.keyIn("active")).id, "deactivate"),
  ],
  ["K8 destroy unused", custodians, async (client) => client.step((await world.keyIn("pre_activation")).id, "destroy")],
  [
    "K8 destroy deactivated",
    ["VaultAdministrator"],
    async (client) => {
      const { id } = await world.keyIn("deactivated");
      await world.advance("5h");
      return client.step(id, "destroy");
    },
  ],
  ["K9 rotate", ["KeyCustodianCreator"], async (client) => client.step((await world.keyIn("active")).id, "rotate")],
  ["K10 realign", custodians, async (client) => client.step((await world.keyIn("active")).id, "update_from_template")],
  ["K11 sync", custodians, async (client) => client.step((await world.keyIn("active")).id, "sync_status_in_keystores")],
  [
    "K12 status",
    r,
    async (client) =>
      client.call("GET", `/api/v4/managed_keys/${(await world.keyIn("active")).id}/status_in_keystores`),
  ],
  [
    "K13 resources",
    r,
    async (client) =>
      client.call("GET", `/api/v4/managed_keys/${(await world.keyIn("active")).id}/associated_resources`),
  ],
  ["V1 list", listing, (client) => client.call("GET", "/api/v4/vaults")],
  ["V3 get", r, (client) => client.call("GET", `/api/v4/vaults/${vaultId}`)],
  ["S1 list", listing, (client) => client.call("GET", "/api/v4/keystores")],
  ["T1 list", listing, (client) => client.call("GET", "/api/v4/templates")],
];

describe.each(roles)("UKO answers a %s", (role: Role) => {
  it.each(calls)("%s, as far as the role goes", async (_, allowed, attempt) => {
    const { status } = await attempt(as(role));
    if (allowed.includes(role)) expect(status).toBeLessThan(300);
    else expect(status).toBe(403);
  });
});

/** kms-v2-and-iam.md 7.7: who may; everybody else is answered 401 without reasons. */
const readers = ["Reader", "ReaderPlus", "Writer", "Manager"];
const kmsCalls: readonly (readonly [string, readonly string[], string, string])[] = [
  ["M3 list", readers, "GET", ""],
  ["M6 metadata", readers, "GET", "/metadata"],
  ["M5 get", ["ReaderPlus", "Writer", "Manager"], "GET", "/"],
  ["M21 registrations", readers, "GET", "/registrations"],
  ["M14 set", ["Writer", "Manager"], "POST", "/actions/setKeyForDeletion"],
  ["M15 unset", ["Writer", "Manager"], "POST", "/actions/unsetKeyForDeletion"],
  ["M17 read policies", ["Manager"], "GET", "/policies"],
  ["M8 delete", ["Manager"], "DELETE", "/"],
  ["M10 purge", ["KeyPurge"], "DELETE", "/purge"],
  ["M11 disable", ["Manager"], "POST", "/actions/disable"],
  ["M12 rotate", ["Writer", "Manager"], "POST", "/actions/rotate"],
  ["M13 wrap", readers, "POST", "/actions/wrap"],
  ["M16 sync", ["Writer", "Manager"], "POST", "/actions/sync"],
  ["M9 restore", ["Manager"], "POST", "/restore"],
  ["M7 move", ["Manager"], "PATCH", "/"],
  ["M18 write policies", ["Manager"], "PUT", "/policies"],
  ["M23 versions", readers, "GET", "/versions"],
  ["M25 create an alias", ["Writer", "Manager"], "POST", "/aliases/keys"],
  ["M25 delete an alias", ["Manager"], "DELETE", "/aliases/none"],
];

describe.each(roles)("KMS answers a %s", (role: Role) => {
  it.each(kmsCalls)("%s, as far as the role goes", async (name, allowed, method, suffix) => {
    const twin = await world.twinOf(await world.keyIn("active"));
    const path = name === "M3 list" ? "/keys" : `/keys/${twin.id}${suffix === "/" ? "" : suffix}`;
    const answer = await as(role).kms(method, path);
    if (allowed.includes(role)) expect([200, 204, 400, 404, 409]).toContain(answer.status);
    else {
      expect(answer.status).toBe(401);
      expect(answer.body.resources[0]).toEqual({
        errorMsg: "Unauthorized: The user does not have access to the specified resource",
      });
    }
  });
});

/** The same of calls that name no key. */
const instanceCalls: readonly (readonly [string, readonly string[], string, string])[] = [
  ["M1 create", ["Writer", "Manager"], "POST", "/keys"],
  ["M2 create with overrides", ["Manager"], "POST", "/keys_with_policy_overrides"],
  ["M4 count", readers, "HEAD", "/keys"],
  ["M19 read instance policies", ["Manager"], "GET", "/instance/policies"],
  ["M20 write instance policies", ["Manager"], "PUT", "/instance/policies"],
  ["M22 all registrations", readers, "GET", "/keys/registrations"],
  ["M24 list rings", readers, "GET", "/key_rings"],
  ["M24 create a ring", ["Writer", "Manager"], "POST", "/key_rings/x"],
  ["M24 delete a ring", ["Manager"], "DELETE", "/key_rings/default"],
  ["M26 create an import token", ["Writer", "Manager"], "POST", "/import_token"],
  ["M26 fetch the import token", ["Writer", "Manager"], "GET", "/import_token"],
];

describe.each(roles)("KMS answers a %s on the instance", (role: Role) => {
  it.each(instanceCalls)("%s, as far as the role goes", async (_, allowed, method, path) => {
    const { status } = await as(role).kms(method, path);
    if (allowed.includes(role)) expect([200, 400, 409]).toContain(status);
    else expect(status).toBe(401);
  });
});

describe("single rights", () => {
  it("write-tags and write-dates are asked for only where the request has them (6)", async () => {
    const { id } = await world.keyIn("active");
    expect((await as("untagged").patch(id, { description: "x" })).status).toBe(200);
    expect((await as("untagged").patch(id, { tags: [] })).body.errors[0]?.message).toContain(
      "hs-crypto.managed-keys.write-tags",
    );
    expect((await as("untagged").patch(id, { expiration_date: "2031-01-01" })).status).toBe(403);
  });

  it("an identity narrowed to another vault is refused, and lists nothing", async () => {
    const { id } = await world.keyIn("active");
    expect((await as("narrowed").key(id)).status).toBe(403);
    expect((await as("narrowed").call("GET", "/api/v4/managed_keys")).body.total_count).toBe(0);
  });

  it("a grant adds one right to a role", async () => {
    expect((await as("granted").step((await world.keyIn("active")).id, "deactivate")).status).toBe(200);
  });
});
