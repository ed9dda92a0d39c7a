/** An emulator under test, and clients that speak plain HTTP to it without the product. */

import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../provider/emulator/start.ts";
import type { AuditEntry } from "../../provider/emulator/store/audit.ts";
import { parseDurationMs } from "../../provider/emulator/store/clock.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";

export const vaultId = "5c1e0000-0000-4000-8000-000000000001";
export const apiKeys = {
  alice: "alice-demo-key",
  bob: "bob-demo-key",
  carol: "carol-demo-key",
  erin: "erin-demo-key",
  frank: "frank-demo-key",
  grace: "grace-demo-key",
  pipeline: "pipeline-demo-key",
  dave: "dave-in-profile-demo-key",
  workload: "workload-demo-key",
} as const;
export type Name = keyof typeof apiKeys;

export interface StatusBody {
  readonly status: string;
  readonly keystore_sync_flag: string;
  readonly keystore_sync_flag_detail: string;
  readonly destruction_at: string;
  readonly destruction_policy_duration: string;
  readonly key_id_in_keystore?: string;
}

/** The members that tests look at, of every kind of body; absent ones are undefined. */
export interface Body {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly state: string;
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by?: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly status_in_keystores: readonly StatusBody[];
  readonly managed_keys: readonly Body[];
  readonly errors: readonly { readonly code: string; readonly message: string; readonly target?: unknown }[];
  readonly resources: readonly Body[];
  readonly dualAuthDelete: {
    readonly enabled: boolean;
    readonly keySetForDeletion?: boolean;
    readonly authExpiration?: string;
  };
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export type HeaderFields = Readonly<Record<string, string>>;

export async function send(
  url: string,
  method: string,
  body?: unknown,
  headers: HeaderFields = {},
): Promise<TestResponse> {
  const init =
    body === undefined
      ? {}
      : { body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body) };
  const response = await fetch(url, { method, headers, ...init });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as Body };
}

export interface Client {
  call(method: string, path: string, body?: unknown, headers?: HeaderFields): Promise<TestResponse>;
  key(id: string): Promise<TestResponse>;
  create(fields?: Record<string, unknown>): Promise<TestResponse>;
  /** Calls an action of a key with the ETag of a fresh read by Carol. */
  step(id: string, action: string): Promise<TestResponse>;
  patch(id: string, fields: Record<string, unknown>): Promise<TestResponse>;
  remove(id: string, query?: string): Promise<TestResponse>;
  kms(method: string, path: string, body?: unknown, headers?: HeaderFields): Promise<TestResponse>;
}

export interface TestWorld {
  readonly url: string;
  readonly emulator: Emulator;
  as(name: Name | { readonly apiKey: string }): Client;
  control(path: string, body: unknown): Promise<TestResponse>;
  advance(duration: string | number): Promise<void>;
  /** Creates a key and leads it to a state, with Carol's roles. */
  keyIn(state: string, template?: "payroll" | "cards"): Promise<Body>;
  backingKeyOf(key: Body): Promise<Body>;
  close(): Promise<void>;
}

/** A world for all tests of a file, which ends after them. Each test begins with what the former left. */
export function stageWorld(options: EmulatorOptions = {}): TestWorld {
  let started: TestWorld | undefined;
  beforeAll(async () => {
    started = await startTestWorld(options);
  });
  afterAll(() => started?.close());
  return new Proxy({} as TestWorld, {
    get: (_, name: keyof TestWorld) => {
      if (started === undefined) throw new Error("The world is started before the tests.");
      return started[name];
    },
  });
}

/** The same, seeded again before each test. */
export function stageFreshWorld(options: EmulatorOptions = {}): TestWorld {
  const world = stageWorld(options);
  beforeEach(() => world.emulator.world.reset());
  return world;
}

/** Starts without a key, unless the options have a seed. */
export async function startTestWorld(options: EmulatorOptions = {}): Promise<TestWorld> {
  const emulator = await startEmulator({ seed: demoSeed, ...options });
  const { url } = emulator;
  const tokens = new Map<string, { readonly token: string; readonly expiresMs: number }>();
  let labels = 0;

  const mint = async (apiKey: string): Promise<string> => {
    const { access_token, expiration } = (await requestToken(url, apiKey)).body;
    const token = String(access_token);
    tokens.set(apiKey, { token, expiresMs: Number(expiration) * 1_000 });
    return token;
  };
  /** A new token whenever the clock passed the hour of the former token, as a client gets it. */
  const tokenOf = async (apiKey: string): Promise<string> => {
    const { switches, clock } = emulator.world;
    const nowMs = switches.tokenClock === "wall" ? Date.now() : clock.nowMs();
    const known = tokens.get(apiKey);
    return known === undefined || known.expiresMs <= nowMs + 1_000 ? mint(apiKey) : known.token;
  };

  const as = (who: Name | { readonly apiKey: string }): Client => {
    const apiKey = typeof who === "string" ? apiKeys[who] : who.apiKey;
    const call: Client["call"] = async (method, path, body, headers = {}) =>
      send(`${url}${path}`, method, body, { authorization: `Bearer ${await tokenOf(apiKey)}`, ...headers });
    const etag = async (id: string): Promise<HeaderFields> => ({
      "if-match": (await as("carol").key(id)).headers.get("etag") ?? "none",
    });
    return {
      call,
      key: (id) => call("GET", `/api/v4/managed_keys/${id}`),
      create: (fields = {}) => {
        labels += 1;
        return call("POST", "/api/v4/managed_keys", {
          template_name: "payroll",
          vault: { id: vaultId },
          label: `key ${labels}`,
          ...fields,
        });
      },
      step: async (id, action) => call("POST", `/api/v4/managed_keys/${id}/${action}`, undefined, await etag(id)),
      patch: async (id, fields) => call("PATCH", `/api/v4/managed_keys/${id}`, fields, await etag(id)),
      remove: async (id, query = "") => call("DELETE", `/api/v4/managed_keys/${id}${query}`, undefined, await etag(id)),
      kms: (method, path, body, headers = {}) =>
        call(method, `/api/v2${path}`, body, { "bluemix-instance": emulator.instanceId, ...headers }),
    };
  };
  const control = (path: string, body: unknown): Promise<TestResponse> =>
    send(`${url}/_emulator/${path}`, "POST", body);
  /** Without a request, as most tests do this many times. */
  const advance = async (duration: string | number): Promise<void> => {
    const ms = parseDurationMs(duration);
    if (ms === undefined) throw new Error(`${duration} is not a duration.`);
    emulator.world.clock.advance(ms);
  };

  return {
    url,
    emulator,
    as,
    control,
    advance,
    keyIn: async (state, template = "payroll") => {
      const carol = as("carol");
      const isDraft = state === "pre_activation";
      const { id } = (await carol.create({ template_name: isDraft ? `${template}-draft` : template })).body;
      if (state !== "active" && !isDraft) await carol.step(id, "deactivate");
      if (state === "pending" || state === "destroyed") {
        await advance("5h");
        await carol.step(id, "destroy");
      }
      if (state === "destroyed") await advance("31d");
      return (await carol.key(id)).body;
    },
    backingKeyOf: async (key) => {
      const id = key.status_in_keystores[0]?.key_id_in_keystore?.split("/")[1] ?? "";
      return (await as("bob").kms("GET", `/keys/${id}/metadata`)).body.resources[0] ?? ({} as Body);
    },
    close: emulator.close,
  };
}

export function requestToken(url: string, apiKey: string): Promise<TestResponse> {
  const form = new URLSearchParams({ grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKey });
  return send(`${url}/identity/token`, "POST", form.toString(), {
    "content-type": "application/x-www-form-urlencoded",
  });
}

/** The trail, read without a request, as most tests do this many times. */
export async function auditOf({ emulator }: TestWorld): Promise<readonly AuditEntry[]> {
  return [...emulator.world.audit.since(0)];
}
