/** The service calls of one run, and nothing else. */

import { Agent } from "undici";
import { type Spent, spentIn } from "./measure.ts";

/** The runs that call the service. */
export type BareRun = "create" | "list" | "request" | "deactivate" | "destroy" | "remove";

export interface BareKey {
  readonly id: string;
  readonly kmsKeyId: string;
}

export interface BareJob {
  readonly url: string;
  readonly instanceId: string;
  readonly run: BareRun;
  readonly count: number;
  /** How many keys at once. */
  readonly width: number;
  /** How often the run asks the keystores of each key for their live status. */
  readonly liveReads: number;
  /** As an earlier job made them. */
  readonly keys: readonly BareKey[];
}

interface Response {
  readonly etag: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const states = "pre_activation,active,deactivated,destroyed,compromised,destroyed_compromised";
const listPage = 1_000;
/** As long as a real record, because the service sends it back in every response. */
const record = { name: "uko_deletion", value: "x".repeat(180) };
const marker = { name: "uko_dual", value: "both" };

/** The calls for one key, by the rows of the contract. The resource that does nothing waits in place of the client. */
const sequences = {
  request: ["getManagedKey", "getKmsKeyMetadata", "listResourcesOfKey", "updateManagedKey"],
  deactivate: ["getManagedKey", "getKmsKeyMetadata", "listResourcesOfKey", "deactivateManagedKey"],
  destroy: ["getManagedKey", "getKmsKeyMetadata", "listResourcesOfKey", "destroyManagedKey"],
  remove: ["getManagedKey", "getKmsKeyMetadata", "deleteManagedKey"],
} as const satisfies Partial<Record<BareRun, readonly string[]>>;

const people: Readonly<Record<BareRun, string>> = {
  ...{ create: "bob", list: "bob", request: "bob", deactivate: "alice", destroy: "bob", remove: "bob" },
};

export async function doBareJob(job: BareJob): Promise<Spent & { readonly keys: readonly BareKey[] }> {
  const { url, instanceId, run, count, width, liveReads } = job;
  const agent = new Agent({ connections: 8 });
  const keys = [...job.keys];
  let token = "";

  const send = async (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    over: Call = {},
  ): Promise<Response> => {
    const { statusCode, headers, body } = await agent.request({
      ...{ origin: url, path, method },
      headers: {
        authorization: `Bearer ${token}`,
        "uko-vault": vaultId,
        "bluemix-instance": instanceId,
        ...(over.etag !== undefined && { "if-match": over.etag }),
        ...(over.body !== undefined && { "content-type": "application/json" }),
      },
      ...(over.body !== undefined && { body: JSON.stringify(over.body) }),
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}: ${text}`);
    return { etag: String(headers.etag ?? ""), body: text === "" ? {} : JSON.parse(text) };
  };
  const logIn = async (): Promise<void> => {
    const form = new URLSearchParams({
      grant_type: "urn:ibm:params:oauth:grant-type:apikey",
      apikey: `${people[run]}-demo-key`,
    });
    const { body } = await agent.request({
      ...{ origin: url, path: "/identity/token", method: "POST", body: form.toString() },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    token = ((await body.json()) as { access_token: string }).access_token;
  };
  const make = async (index: number): Promise<void> => {
    const label = `bare ${String(index + 1).padStart(4, "0")}`;
    const wanted = { template_name: "payroll", vault: { id: vaultId }, label, tags: [marker] };
    const { body } = await send("POST", "/api/v4/managed_keys", { body: wanted });
    const [status] = body.status_in_keystores as readonly { readonly key_id_in_keystore: string }[];
    keys[index] = { id: String(body.id), kmsKeyId: status?.key_id_in_keystore.split("/").at(-1) ?? "" };
  };
  const list = async (): Promise<void> => {
    const query = `vault.id=${vaultId}&state=${states}&sort=created_at&limit=${listPage}`;
    for (let offset = 0; offset < count; offset += listPage) {
      await send("GET", `/api/v4/managed_keys?${query}&offset=${offset}`);
    }
  };
  const act = async ({ id, kmsKeyId }: BareKey, rows: readonly string[]): Promise<void> => {
    const path = `/api/v4/managed_keys/${id}`;
    let etag = "";
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      K3: async () => {
        etag = (await send("GET", path)).etag;
      },
      K12: () => send("GET", `${path}/status_in_keystores`),
      K13: () => send("GET", `${path}/associated_resources?limit=100&offset=0`),
      M6: () => send("GET", `/api/v2/keys/${kmsKeyId}`),
      K4: () => send("PATCH", path, { etag, body: { tags: [marker, record] } }),
      K7: () => send("POST", `${path}/deactivate`, { etag }),
      K8: () => send("POST", `${path}/destroy`, { etag }),
      K5: () => send("DELETE", path, { etag }),
    };
    for (const row of rows) await calls[row]?.();
  };
  const eachKey = (): ((index: number) => Promise<void>) => {
    if (run === "create") return make;
    const live = Array.from({ length: liveReads }, () => "getStatusInKeystores");
    const rows = run === "list" ? [] : [...live, ...sequences[run]];
    return (index) => act(keys[index] as BareKey, rows);
  };
  const spent = await spentIn(async () => {
    await logIn();
    if (run === "list") return list();
    const each = eachKey();
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < count; index = next++) await each(index);
    };
    await Promise.all(Array.from({ length: width }, work));
  });
  await agent.close();
  return { ...spent, keys };
}

interface Call {
  readonly etag?: string;
  readonly body?: unknown;
}
