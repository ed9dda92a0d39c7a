import { describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { change, connect, keystoreBodies, makeTemplate, payrollRing, templateBody } from "./container-requests.ts";
import { type Body, type Client, stageFreshWorld, type TestResponse, vaultId } from "./harness.ts";

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
/** All roles that may read: every role except the one that may only purge. */
const everybody: readonly string[] = roles.slice(0, -1);
const listing = everybody.slice(3);
const custodians = ["KeyCustodianCreator", "KeyCustodianDeployer"];
const [creator, deployer] = [["KeyCustodianCreator"], ["KeyCustodianDeployer"]];
const administrator = ["VaultAdministrator"];
const authors = ["VaultAdministrator", "KeyCustodianCreator"];

const person = (name: string, extra: object) => ({
  iamId: `IBMid-${name}`,
  kind: "person" as const,
  name,
  apiKey: `${name}-key`,
  ...extra,
});
const untagged = ["hs-crypto.managed-keys.write-tags", "managed-keys.write-dates"];

const world = stageFreshWorld({
  seed: {
    ...structuredClone(demoSeed),
    identities: [
      ...demoSeed.identities,
      ...roles.map((role) => person(role, { roles: [role] })),
      person("untagged", { roles: deployer, denials: untagged }),
      person("narrowed", { roles: ["KeyCustodianDeployer", "VaultAdministrator"], vaults: ["other"] }),
      person("granted", { roles: ["Reader"], grants: ["managed-keys.active-deactivate"] }),
      person("frugal", { roles: administrator, denials: ["uko.add-paid-keystore"] }),
      person("unpaid", { roles: administrator, denials: ["uko.initiate-paid-upgrade"] }),
    ],
    vaults: [...demoSeed.vaults, { name: "other" }],
  },
});

const as = (name: string): Client => world.as({ apiKey: `${name}-key` });
let count = 0;
const fresh = (): string => {
  count += 1;
  return `name-${count}`;
};

type Prepare = () => Promise<string>;
type Attempt = (client: Client, id: string) => Promise<TestResponse>;

const keyIn = (state: string) => async () => (await world.keyIn(state)).id;
const [active, draft, off, destroyed] = [
  keyIn("active"),
  keyIn("pre_activation"),
  keyIn("deactivated"),
  keyIn("destroyed"),
];
const cooled: Prepare = async () => {
  const id = await off();
  await world.advance("5h");
  return id;
};
const template = (fields: object) => async () =>
  (await makeTemplate(world.as("carol"), { name: fresh(), ...fields })).id;
const keystore: Prepare = async () => (await connect(world.as("carol"), "hpcs", { name: fresh() })).id;
const vault: Prepare = async () => (await world.as("carol").call("POST", "/api/v4/vaults", { name: fresh() })).body.id;
const ring = async () => payrollRing;
const nothing: Prepare = async () => "";

const step =
  (action: string): Attempt =>
  (client, id) =>
    client.step(id, action);
const patch =
  (fields: object): Attempt =>
  (client, id) =>
    client.patch(id, { ...fields });
const get =
  (path: string, suffix = ""): Attempt =>
  (client, id) =>
    client.call("GET", `/api/v4/${path}${id}${suffix}`);
const post =
  (path: string, body: () => object): Attempt =>
  (client) =>
    client.call("POST", `/api/v4/${path}`, body());
/** The ETag is read by Carol: a role that may not read must be refused for the call itself. */
const write =
  (method: string, path: string, suffix = ""): Attempt =>
  async (client, id) => {
    const object = `/api/v4/${path}${id}`;
    const etag = (await world.as("carol").call("GET", object)).headers.get("etag") ?? "none";
    return client.call(method, `${object}${suffix}`, method === "PATCH" ? {} : undefined, { "if-match": etag });
  };

/** uko-v4.md 6: the roles that may make each call. */
const calls: readonly (readonly [string, readonly string[], Prepare, Attempt])[] = [
  ["K1 list", listing, nothing, get("managed_keys")],
  ["K2 create", creator, nothing, (client) => client.create()],
  ["K3 get", everybody, active, get("managed_keys/")],
  ["K4 change", custodians, active, patch({ description: "x" })],
  ["K4 with tags", custodians, active, patch({ tags: [] })],
  ["K4 with dates", custodians, active, patch({ expiration_date: "2031-01-01" })],
  ["K5 remove", administrator, destroyed, (client, id) => client.remove(id)],
  ["K6 activate", deployer, draft, step("activate")],
  ["K6 reactivate", deployer, off, step("activate")],
  ["K7 deactivate", deployer, active, step("deactivate")],
  ["K8 destroy unused", custodians, draft, step("destroy")],
  ["K8 destroy deactivated", administrator, cooled, step("destroy")],
  ["K9 rotate", creator, active, step("rotate")],
  ["K10 realign", custodians, active, step("update_from_template")],
  ["K11 sync", custodians, active, step("sync_status_in_keystores")],
  ["K12 status", everybody, active, get("managed_keys/", "/status_in_keystores")],
  ["K13 resources", everybody, active, get("managed_keys/", "/associated_resources")],
  ["T1 list", listing, nothing, get("templates")],
  ["T2 create", authors, nothing, post("templates", () => templateBody({ name: fresh() }))],
  ["T3 get", everybody, template({}), get("templates/")],
  ["T4 change", authors, template({}), write("PATCH", "templates/")],
  ["T5 delete", administrator, template({}), write("DELETE", "templates/")],
  ["T6 archive", authors, template({}), write("POST", "templates/", "/archive")],
  ["T7 unarchive", authors, template({ state: "archived" }), write("POST", "templates/", "/unarchive")],
  ["T8 expose", authors, template({ type: ["shadow"] }), write("POST", "templates/", "/expose")],
  ["S1 list", listing, nothing, get("keystores")],
  ["S2 connect", administrator, nothing, post("keystores", () => ({ ...keystoreBodies.hpcs, name: fresh() }))],
  ["S3 get", everybody, ring, get("keystores/")],
  ["S4 change", administrator, keystore, write("PATCH", "keystores/")],
  ["S5 disconnect", administrator, keystore, write("DELETE", "keystores/")],
  ["S6 status", everybody, ring, get("keystores/", "/status")],
  ["S7 keys", listing, ring, get("keystores/", "/managed_keys")],
  ["S8 resources", everybody, ring, get("keystores/", "/associated_resources")],
  ["V1 list", listing, nothing, get("vaults")],
  ["V2 create", administrator, nothing, post("vaults", () => ({ name: fresh() }))],
  ["V3 get", everybody, vault, get("vaults/")],
  ["V4 change", administrator, vault, write("PATCH", "vaults/")],
  ["V5 delete", administrator, vault, write("DELETE", "vaults/")],
];

it.each(calls)("%s is open to its roles; UKO returns 403 to the others", async (_, allowed, prepare, attempt) => {
  let id = await prepare();
  for (const role of roles) {
    const { status } = await attempt(as(role), id);
    if (!allowed.includes(role)) expect(status, role).toBe(403);
    else {
      expect(status, role).toBeLessThan(300);
      id = await prepare();
    }
  }
});

/** kms-v2-and-iam.md 7.7: the roles that may make each call; calls without `:id` are about the instance. */
const readers = ["Reader", "ReaderPlus", "Writer", "Manager"];
const writers = ["Writer", "Manager"];
const manager = ["Manager"];
const kmsCalls: readonly (readonly [string, readonly string[], string, string])[] = [
  ["M1 create", writers, "POST", "/keys"],
  ["M2 create with overrides", manager, "POST", "/keys_with_policy_overrides"],
  ["M3 list", readers, "GET", "/keys"],
  ["M4 count", readers, "HEAD", "/keys"],
  ["M5 get", ["ReaderPlus", "Writer", "Manager"], "GET", "/keys/:id"],
  ["M6 metadata", readers, "GET", "/keys/:id/metadata"],
  ["M7 move", manager, "PATCH", "/keys/:id"],
  ["M8 delete", manager, "DELETE", "/keys/:id"],
  ["M9 restore", manager, "POST", "/keys/:id/restore"],
  ["M10 purge", ["KeyPurge"], "DELETE", "/keys/:id/purge"],
  ["M11 disable", manager, "POST", "/keys/:id/actions/disable"],
  ["M12 rotate", writers, "POST", "/keys/:id/actions/rotate"],
  ["M13 wrap", readers, "POST", "/keys/:id/actions/wrap"],
  ["M14 set", writers, "POST", "/keys/:id/actions/setKeyForDeletion"],
  ["M15 unset", writers, "POST", "/keys/:id/actions/unsetKeyForDeletion"],
  ["M16 sync", writers, "POST", "/keys/:id/actions/sync"],
  ["M17 read policies", manager, "GET", "/keys/:id/policies"],
  ["M18 write policies", manager, "PUT", "/keys/:id/policies"],
  ["M19 read instance policies", manager, "GET", "/instance/policies"],
  ["M20 write instance policies", manager, "PUT", "/instance/policies"],
  ["M21 registrations", readers, "GET", "/keys/:id/registrations"],
  ["M22 all registrations", readers, "GET", "/keys/registrations"],
  ["M23 versions", readers, "GET", "/keys/:id/versions"],
  ["M24 list rings", readers, "GET", "/key_rings"],
  ["M24 create a ring", writers, "POST", "/key_rings/x"],
  ["M24 delete a ring", manager, "DELETE", "/key_rings/default"],
  ["M25 create an alias", writers, "POST", "/keys/:id/aliases/keys"],
  ["M25 delete an alias", manager, "DELETE", "/keys/:id/aliases/none"],
  ["M26 create an import token", writers, "POST", "/import_token"],
  ["M26 fetch the import token", writers, "GET", "/import_token"],
];

it.each(kmsCalls)("%s is open to its roles; KMS returns 401 to the others", async (_, allowed, method, path) => {
  const prepare = async (): Promise<string> =>
    path.includes(":id") ? (await world.backingKeyOf(await world.keyIn("active"))).id : "";
  let id = await prepare();
  for (const role of roles) {
    const response = await as(role).kms(method, path.replace(":id", id));
    if (allowed.includes(role)) {
      // The role goes far enough for KMS to judge the request itself.
      expect(path.includes(":id") ? [200, 204, 400, 404, 409] : [200, 400, 409], role).toContain(response.status);
      id = await prepare();
    } else {
      expect(response.status, role).toBe(401);
      if (method === "HEAD") continue;
      expect(response.body.resources[0], role).toEqual({
        errorMsg:
          "Unauthorized: Either the user does not have access to the specified resource, the resource does not exist, or the region is incorrectly set",
      });
    }
  }
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

  it("a grant adds one right to a role", async () => {
    expect((await as("granted").step((await world.keyIn("active")).id, "deactivate")).status).toBe(200);
  });

  it("S2 asks for the paid plan with the first external keystore, and for paid keystores beyond the free ones (6)", async () => {
    const make = (name: string, body: object) => as(name).call("POST", "/api/v4/keystores", { ...body, name: fresh() });
    expect((await make("frugal", keystoreBodies.hpcs)).status).toBe(403);
    expect((await make("frugal", keystoreBodies.internal)).status).toBe(201);
    for (let made = 2; made < 5; made += 1) await connect(world.as("carol"), "internal", { name: fresh() });
    expect((await make("frugal", keystoreBodies.internal)).status).toBe(403);
    for (const found of [...world.emulator.world.keystores.values()]) {
      if (found.variant !== "internal") world.emulator.world.keystores.delete(found.id);
    }
    expect((await make("unpaid", keystoreBodies.hpcs)).status).toBe(403);
    expect((await make("frugal", keystoreBodies.hpcs)).status).toBe(201);
  });

  it("an identity narrowed to another vault sees its own, and is refused the rest", async () => {
    const narrowed = as("narrowed");
    const { id } = await world.keyIn("active");
    expect((await narrowed.key(id)).status).toBe(403);
    expect((await narrowed.call("GET", "/api/v4/managed_keys")).body.total_count).toBe(0);
    const { body } = await narrowed.call("GET", "/api/v4/vaults");
    expect((body.vaults as readonly Body[]).map(({ name }) => name)).toEqual(["other"]);
    expect((await narrowed.call("GET", `/api/v4/vaults/${vaultId}`)).status).toBe(403);
    expect((await narrowed.call("POST", "/api/v4/vaults", { name: fresh() })).status).toBe(403);
    expect((await narrowed.call("POST", "/api/v4/templates", templateBody({ name: fresh() }))).status).toBe(403);
    expect((await narrowed.call("POST", "/api/v4/keystores", keystoreBodies.hpcs)).status).toBe(403);
    expect((await change(narrowed, "PATCH", `/api/v4/keystores/${payrollRing}`, {})).status).toBe(403);
  });

  it("T2, T3, S2 and S4 know the header UKO-Vault, and vault calls never do (1.4, U31)", async () => {
    const header = { "uko-vault": "another" };
    const carol = world.as("carol");
    const path = "/api/v4/templates/7e110000-0000-4000-8000-000000000001";
    expect((await carol.call("GET", path, undefined, header)).status).toBe(404);
    expect((await carol.call("GET", path, undefined, { "uko-vault": vaultId })).status).toBe(200);
    expect((await carol.call("POST", "/api/v4/templates", templateBody({ name: fresh() }), header)).status).toBe(404);
    expect((await carol.call("POST", "/api/v4/keystores", keystoreBodies.cca, header)).status).toBe(404);
    expect((await carol.call("PATCH", `/api/v4/keystores/${payrollRing}`, {}, header)).status).toBe(404);
    expect((await carol.call("GET", `/api/v4/vaults/${vaultId}`, undefined, header)).status).toBe(200);
  });
});
