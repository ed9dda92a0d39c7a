import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { change, connect, keystoreBodies, makeTemplate, payrollRing, templateBody } from "./container-requests.ts";
import { type Answer, type Body, type Client, startCheckedWorld, type TestWorld, vaultId } from "./harness.ts";

const roles = [
  "Reader",
  "ReaderPlus",
  "Writer",
  "Manager",
  "VaultAdministrator",
  "KeyCustodianCreator",
  "KeyCustodianDeployer",
] as const;
const person = (name: string, extra: object) => ({
  iamId: `IBMid-${name}`,
  kind: "person" as const,
  name,
  apiKey: `${name}-key`,
  ...extra,
});

let world: TestWorld;
beforeAll(async () => {
  world = await startCheckedWorld({
    seed: {
      ...structuredClone(demoSeed),
      identities: [
        ...demoSeed.identities,
        ...roles.map((role) => person(role, { roles: [role] })),
        person("narrowed", { roles: ["VaultAdministrator"], vaults: ["other"] }),
        person("frugal", { roles: ["VaultAdministrator"], denials: ["uko.add-paid-keystore"] }),
        person("unpaid", { roles: ["VaultAdministrator"], denials: ["uko.initiate-paid-upgrade"] }),
      ],
      vaults: [...demoSeed.vaults, { name: "other" }],
    },
  });
});
afterAll(() => world.close());

const as = (name: string): Client => world.as({ apiKey: `${name}-key` });
let count = 0;
const fresh = (): string => {
  count += 1;
  return `name-${count}`;
};
const newVault = async (): Promise<Body> =>
  (await world.as("carol").call("POST", "/api/v4/vaults", { name: fresh() })).body;
const newKeystore = (): Promise<Body> => connect(world.as("carol"), "hpcs", { name: fresh() });
const newTemplate = (fields: object = {}): Promise<Body> =>
  makeTemplate(world.as("carol"), { name: fresh(), ...fields });
/** The ETag is read by Carol: a role that may not read must be refused for the call itself. */
const changeAs = async (client: Client, method: string, path: string, body?: object): Promise<Answer> => {
  const object = path.split("/").slice(0, 5).join("/");
  const etag = (await world.as("carol").call("GET", object)).headers.get("etag") ?? "none";
  return client.call(method, path, body, { "if-match": etag });
};

const everybody: readonly string[] = roles;
const listing = roles.slice(3);
const administrator = ["VaultAdministrator"];
const authors = ["VaultAdministrator", "KeyCustodianCreator"];

/** uko-v4.md 6: who may, by call; everybody else is answered 403. */
const calls: readonly (readonly [string, readonly string[], (client: Client) => Promise<Answer>])[] = [
  ["T2", authors, (client) => client.call("POST", "/api/v4/templates", templateBody({ name: fresh() }))],
  ["T3", everybody, async (client) => client.call("GET", `/api/v4/templates/${(await newTemplate()).id}`)],
  ["T4", authors, async (client) => changeAs(client, "PATCH", `/api/v4/templates/${(await newTemplate()).id}`, {})],
  ["T5", administrator, async (client) => changeAs(client, "DELETE", `/api/v4/templates/${(await newTemplate()).id}`)],
  ["T6", authors, async (client) => changeAs(client, "POST", `/api/v4/templates/${(await newTemplate()).id}/archive`)],
  [
    "T7",
    authors,
    async (client) => {
      const { id } = await newTemplate({ state: "archived" });
      return changeAs(client, "POST", `/api/v4/templates/${id}/unarchive`);
    },
  ],
  [
    "T8",
    authors,
    async (client) => {
      const { id } = await newTemplate({ type: ["shadow"] });
      return changeAs(client, "POST", `/api/v4/templates/${id}/expose`);
    },
  ],
  [
    "S2",
    administrator,
    (client) => client.call("POST", "/api/v4/keystores", { ...keystoreBodies.hpcs, name: fresh() }),
  ],
  ["S3", everybody, (client) => client.call("GET", `/api/v4/keystores/${payrollRing}`)],
  [
    "S4",
    administrator,
    async (client) => changeAs(client, "PATCH", `/api/v4/keystores/${(await newKeystore()).id}`, {}),
  ],
  ["S5", administrator, async (client) => changeAs(client, "DELETE", `/api/v4/keystores/${(await newKeystore()).id}`)],
  ["S6", everybody, (client) => client.call("GET", `/api/v4/keystores/${payrollRing}/status`)],
  ["S7", listing, (client) => client.call("GET", `/api/v4/keystores/${payrollRing}/managed_keys`)],
  ["S8", everybody, (client) => client.call("GET", `/api/v4/keystores/${payrollRing}/associated_resources`)],
  ["V2", administrator, (client) => client.call("POST", "/api/v4/vaults", { name: fresh() })],
  ["V4", administrator, async (client) => changeAs(client, "PATCH", `/api/v4/vaults/${(await newVault()).id}`, {})],
  ["V5", administrator, async (client) => changeAs(client, "DELETE", `/api/v4/vaults/${(await newVault()).id}`)],
];

describe.each(roles)("UKO answers a %s", (role) => {
  it.each(calls)("%s, as far as the role goes", async (_, allowed, attempt) => {
    const { status } = await attempt(as(role));
    if (allowed.includes(role)) expect(status).toBeLessThan(300);
    else expect(status).toBe(403);
  });
});

describe("single rights", () => {
  it("S2 asks for the paid plan with the first external keystore, and for paid keystores beyond the free ones (6)", async () => {
    const post = (name: string, body: object) => as(name).call("POST", "/api/v4/keystores", { ...body, name: fresh() });
    expect((await post("frugal", keystoreBodies.hpcs)).status).toBe(403);
    expect((await post("frugal", keystoreBodies.internal)).status).toBe(201);
    for (let made = 2; made < 5; made += 1) await connect(world.as("carol"), "internal", { name: fresh() });
    expect((await post("frugal", keystoreBodies.internal)).status).toBe(403);
    for (const keystore of [...world.emulator.world.keystores.values()]) {
      if (keystore.variant !== "internal") world.emulator.world.keystores.delete(keystore.id);
    }
    expect((await post("unpaid", keystoreBodies.hpcs)).status).toBe(403);
    expect((await post("frugal", keystoreBodies.hpcs)).status).toBe(201);
  });

  it("an identity narrowed to another vault sees its own, and V2, V3, T2 and S2 refuse the rest", async () => {
    const narrowed = as("narrowed");
    const { body } = await narrowed.call("GET", "/api/v4/vaults");
    expect((body.vaults as readonly Body[]).map((vault) => vault.name)).toEqual(["other"]);
    expect((await narrowed.call("GET", `/api/v4/vaults/${vaultId}`)).status).toBe(403);
    expect((await narrowed.call("POST", "/api/v4/vaults", { name: fresh() })).status).toBe(403);
    expect((await narrowed.call("POST", "/api/v4/templates", templateBody({ name: fresh() }))).status).toBe(403);
    expect((await narrowed.call("POST", "/api/v4/keystores", keystoreBodies.hpcs)).status).toBe(403);
    expect((await change(narrowed, "PATCH", `/api/v4/keystores/${payrollRing}`, {})).status).toBe(403);
  });

  it("T2, S2 and S4 know the header UKO-Vault, and vault calls never do (1.4, U31)", async () => {
    const header = { "uko-vault": "another" };
    const carol = world.as("carol");
    expect((await carol.call("POST", "/api/v4/templates", templateBody({ name: fresh() }), header)).status).toBe(404);
    expect((await carol.call("POST", "/api/v4/keystores", keystoreBodies.cca, header)).status).toBe(404);
    expect((await carol.call("PATCH", `/api/v4/keystores/${payrollRing}`, {}, header)).status).toBe(404);
    expect((await carol.call("GET", `/api/v4/vaults/${vaultId}`, undefined, header)).status).toBe(200);
  });
});
