import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { createRedactor } from "../../provider/probe/redact.ts";
import type { WireResponse } from "../../provider/probe/wire.ts";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { startProbeWorld, walk } from "./stage.ts";

const startMs = Date.parse("2026-11-24T14:22:00Z");
const redact = (value: unknown) => JSON.stringify(createRedactor(startMs).redact(value));
const token = () => randomBytes(24).toString("base64url");
const digits = () => String(10_000 + Math.floor(Math.random() * 1e9));

/** What must not survive, each with the parts that would identify it. */
const secrets: readonly (() => string)[] = [
  token,
  () => randomBytes(20).toString("hex"),
  () => `eyJhbGciOiJSUzI1NiJ9.${token()}.${token()}`,
  () => `${crypto.randomUUID()}`,
  () => `ab${digits()}@customer-${digits()}.example.com`,
  () => `arn:aws:kms:eu-central-1:${digits()}:key/${crypto.randomUUID()}`,
  () => `crn:v1:bluemix:public:hs-crypto:eu-de:a/${randomBytes(16).toString("hex")}:${crypto.randomUUID()}::`,
  () => `https://vault-${digits()}.privatelink.azure-customer.net:8443/keys/${token()}?sv=${token()}`,
  () => `IBMid-${digits()}HILDEGARD`,
  () => `10.${digits()}.4711.2`,
  () => `a/${digits()}`,
  () => `-----BEGIN PRIVATE KEY-----\n${randomBytes(60).toString("base64")}\n-----END PRIVATE KEY-----`,
  () => "Hildegard Quastenflosser",
  () => "xqzvkjw",
];
/** Pieces of a planted text that are long enough to identify it, and are no words of the protocol. */
const traces = (text: string) =>
  (text.match(/[A-Za-z0-9]{6,}/g) ?? []).filter(
    (part) =>
      !/^(public|bluemix|central|vault|https|example|PRIVATE|privatelink|customer|BEGIN|azure|crypto)$/i.test(part),
  );

it("keeps no planted text in any member, name of a member, item, path or header", async () => {
  const planted: string[] = [];
  const plant = (): string => {
    const text = (secrets[planted.length % secrets.length] ?? token)();
    planted.push(text);
    return text;
  };
  const infect = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(infect);
    if (typeof value === "object" && value !== null) {
      const members = Object.entries(value).map(([name, each]) => [name, infect(each)]);
      return Object.fromEntries([
        ...members,
        [plant(), plant()],
        ["message", `The key ${plant()} of ${plant()} was not found.`],
      ]);
    }
    if (typeof value === "number") return Number(digits());
    return typeof value === "string" ? plant() : value;
  };
  const falsify = (_row: string, _index: number, { status, headers, body }: WireResponse): WireResponse => ({
    status,
    headers: Object.fromEntries(Object.keys(headers).map((name) => [name, plant()])),
    body: infect(body),
  });
  const test = await startProbeWorld();
  const walked = await walk(test, falsify);
  await test.close();
  const text = JSON.stringify(walked.lines);
  const survivors = planted.flatMap((each) => traces(each).filter((trace) => text.includes(trace)));
  console.log(`${planted.length} planted texts, ${survivors.length} traces of them in the recording`);
  expect(planted.length).toBeGreaterThan(3_000);
  expect(survivors).toEqual([]);
});

it("keeps nothing of the instance, its people and its objects in a recording of a whole walk", async () => {
  const test = await startProbeWorld("Root key one");
  const walked = await walk(test);
  await test.close();
  const text = JSON.stringify([walked.header, walked.lines]);
  // Words of the protocol are a name in this place.
  expect(text.match(/label=(?!<)[^&"]*/g)).toBeNull();
  expect(JSON.stringify(walked.lines.map(({ exchanges }) => exchanges))).not.toMatch(/root.key/i);
  const host = new URL(test.url).host;
  const own = [
    ...Object.values(apiKeys),
    demoInstanceId,
    vaultId,
    host,
    "emulated-account",
    "550000",
    "Payroll",
    "payments",
    "frankfurt",
  ];
  expect(own.filter((each) => text.includes(each))).toEqual([]);
  expect(text).not.toMatch(/\d{4}-\d\d-\d\dT/);
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
});

it("keeps the words of the protocol, so that a reader sees what the service said", () => {
  const refusal = {
    status_code: 400,
    errors: [
      {
        code: "invalid_parameter",
        message: "The parameter limit is not valid.",
        target: { type: "parameter", name: "limit" },
      },
    ],
  };
  expect(redact(refusal)).toBe(JSON.stringify(refusal));
  expect(redact("The key Hildegard was not found.")).toBe('"The key <text-1> was not found."');
});

it.each([
  ["an IPv6 address", { message: "from 2001:db8:85a3:0:0:8a2e:370:7334" }, "from <address-1>"],
  ["a short IPv6 address", { message: "from fe80::12" }, "from <address-1>"],
  ["numbers in groups", { message: "call 4711 0815 1234" }, "call <number-1>"],
  ["an account in groups", { message: "of 4711-0815" }, "of <number-1>"],
])("replaces %s as a whole, also where each of its numbers could stay", (_, value, shown) => {
  expect(createRedactor(startMs).redact(value)).toEqual({ message: shown });
});

it("keeps statuses, limits and small counts, and replaces a count that says how much a customer has", () => {
  const list = (count: number) => ({ status: 404, size: 256, limit: 1000, total_count: count, last: "?offset=1980" });
  expect(redact(list(20))).toBe('{"status":404,"size":256,"limit":1000,"total_count":20,"last":"?offset=<count-1>"}');
  expect(redact(list(1987))).toContain('"total_count":"<count-1>","last":"?offset=<count-2>"');
  // The number of keys is not the text of a person, so another member with the same number stays.
  expect(redact({ total_count: 256, size: "256" })).toBe('{"total_count":"<count-1>","size":"256"}');
});

it("shows a time with an offset as such, because the documents have Z", () => {
  expect(redact({ updated_at: "2026-11-24T14:22:02+00:00" })).toBe('{"updated_at":"<time-1 2s with an offset>"}');
});

it("gives equal values the same placeholder, and times their distance with their resolution", () => {
  const id = "9b2d0000-0000-4000-8000-000000000001";
  const value = {
    id,
    href: `/v4/managed_keys/${id}`,
    etag: "2026-11-24T14:22:02Z",
    updated_at: "2026-11-24T14:22:02.125Z",
  };
  expect(redact(value)).toBe(
    '{"id":"<id-1>","href":"/v4/managed_keys/<id-1>","etag":"<time-1 2s>","updated_at":"<time-2 2.125s>"}',
  );
  expect(redact({ created_at: "2020-01-01T00:00:00Z" })).toBe('{"created_at":"<time-1 earlier or later>"}');
});

it("replaces a label as a whole, even if it consists of words of the protocol, and inside a message", () => {
  const redactor = createRedactor(startMs);
  expect(redactor.redact({ label: "root key" })).toEqual({ label: "<label-1>" });
  expect(redactor.redact({ message: "The label root key exists." })).toEqual({
    message: "The label <label-1> exists.",
  });
});

it("replaces a label of words of the protocol in a request that was sent before the label was read", () => {
  const redactor = createRedactor(startMs);
  redactor.learn({ managed_keys: [{ label: "root key" }] });
  expect(redactor.address("/managed_keys?label=root+key&limit=1")).toBe("/managed_keys?label=<label-1>&limit=1");
});

it.each(["resource_missing", "NOT_FOUND", "BXNIM0061E", "quarantined", "keyRotated", "not-found"])(
  "keeps the answer %s in a code or a state, and not in a label",
  (word) => {
    expect(redact({ errors: [{ code: word }] })).toBe(`{"errors":[{"code":"${word}"}]}`);
    expect(redact({ state: word })).toBe(`{"state":"${word}"}`);
    expect(redact({ label: word })).toBe('{"label":"<label-1>"}');
  },
);

it.each([
  "hildegard",
  "Hildegard Quastenflosser",
  "IBMid-550000HILDEGARD",
  "9b2d0000-0000-4000-8000-000000000001",
  "a3f1c09b77d2",
  "Zm9vYmFyQmF6",
  "customer.example.com",
  "IBMid-55",
])("replaces %s in a code, if a key has that name or if it is no word", (text) => {
  const redactor = createRedactor(startMs);
  redactor.learn({ managed_keys: [{ label: "hildegard" }] });
  expect(redactor.redact({ code: text })).toEqual({ code: expect.stringContaining("<") });
});

describe("a key, a ring or a resource has a word of the API as its name", () => {
  const id = "9b2d0000-0000-4000-8000-000000000002";
  const body = (label: string) => ({
    label,
    state: "deactivated",
    key_material_present: ["repository", "keystores"],
    template: { alignment_status: "aligned" },
    status_in_keystores: [{ status: "not_active", keystore_sync_flag: "ok" }],
    size: "256",
    errors: [{ code: "not_found", target: { type: "parameter", name: "state" } }],
  });
  const path = `/managed_keys/${id}/deactivate?state=active,deactivated&limit=200`;

  it.each([
    "destroyed",
    "deactivated",
    "repository",
    "ok",
    "aligned",
    "managed_keys",
    "deactivate",
    "state",
    "active",
    "limit",
    "not_active",
    "not_found",
    "256",
    "200",
    "parameter",
  ])("%s: the words of the protocol stay where the protocol has them, so that none of them shows the name", (label) => {
    const redactor = createRedactor(startMs);
    redactor.learn(body(label));
    expect(redactor.redact(body(label))).toEqual({ ...body(label), label: "<label-1>" });
    expect(redactor.address(path)).toBe(path.replace(id, "<id-1>"));
    expect(redactor.redact({ href: `/v4${path}` })).toEqual({ href: `/v4${path.replace(id, "<id-1>")}` });
    expect(redactor.text("application/json", "content-type")).toBe("application/json");
  });

  it.each(["active", "key", "a"])("%s: a message that has it is replaced as a whole", (label) => {
    const redactor = createRedactor(startMs);
    redactor.learn({ label });
    const message = "A key that is not active cannot be a target.".replace("A key", `The key ${label}`);
    expect(redactor.redact({ message })).toEqual({ message: "<message-1>" });
  });

  it.each([
    ["/managed_keys?label=destroyed&limit=20", "/managed_keys?label=<label-1>&limit=20"],
    ["/managed_keys?label=root%20key", "/managed_keys?label=<label-1>"],
    ["/managed_keys?label=root+key", "/managed_keys?label=<label-1>"],
    ["/templates?name=archive&limit=20", "/templates?name=<name-1>&limit=20"],
    ["/managed_keys?template.name=archive", "/managed_keys?template.name=<name-1>"],
    ["/managed_keys?referenced_keystores[].name=archive", "/managed_keys?referenced_keystores[].name=<name-1>"],
    ["/keys?search=exact:destroyed", "/keys?search=<search-1>"],
    ["/keys/destroy-key/metadata", "/keys/<id-1>/metadata"],
    ["/keys/metadata/metadata", "/keys/<id-1>/metadata"],
    ["/key_rings/archive", "/key_rings/<id-1>"],
    ["/keys/registrations?limit=1", "/keys/registrations?limit=1"],
  ])("replaces the name in the request %s, also if no response has it", (path, shown) => {
    expect(createRedactor(startMs).address(path)).toBe(shown);
  });

  it("replaces each value of a CRN, and of a place in a cloud", () => {
    const crn = "crn:v1:bluemix:public:cloud-object-storage:global:a/0815:guid:bucket:archive";
    expect(redact({ crn })).not.toMatch(/global|0815|guid|archive/);
    expect(redact({ message: `of ${crn}.` })).not.toMatch(/global|0815|guid|archive/);
    const places = {
      key_id_in_keystore: "projects/secret/locations/global/keyRings/keys/cryptoKeys/destroyed",
      azure_service_name: "protect",
      azure_resource_group: "archive",
      google_key_ring: "keys",
      google_project_id: "project",
      ibm_key_ring: "default",
      recovery_key_label: "recovery",
      created_by: "key owner",
      "x-kms-key-ring": "destroyed-keys",
      id: "4711",
    };
    const shown = createRedactor(startMs).redact(places) as Readonly<Record<string, string>>;
    expect(Object.values(shown).filter((each) => !/^(<[\w-]+>[/ ]?)+$/.test(each))).toEqual([]);
  });
});

it.each(["4711  0815", "4711\u00a00815", "4711\t0815", "(0211) 4711", "0815 - 4711", "4711\u20130815", "4711, 0815"])(
  "replaces numbers in groups, whatever is between them: %j",
  (text) => {
    expect(redact({ message: `call ${text} now` })).not.toMatch(/0815|4711|0211/);
  },
);
