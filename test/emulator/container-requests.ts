/** Requests about vaults, keystores and templates: bodies with defaults, and calls with a fresh ETag. */

import { type Body, type Client, type TestResponse, vaultId } from "./harness.ts";

export const payrollRing = "ce110000-0000-4000-8000-000000000001";
export const awsFrankfurt = "ce110000-0000-4000-8000-000000000002";
export const payrollTemplate = "7e110000-0000-4000-8000-000000000001";

type Fields = Readonly<Record<string, unknown>>;

const common = { vault: { id: vaultId } };
const azureIds = {
  azure_service_principal_client_id: "client-1",
  azure_tenant: "tenant-1",
  azure_subscription_id: "subscription-1",
};

/** The least that each type asks for (uko-v4.md 3.8). */
export const keystoreBodies = {
  internal: { ...common, type: "ibm_cloud_kms", ibm_variant: "internal", name: "ring" },
  hpcs: {
    ...common,
    type: "ibm_cloud_kms",
    ibm_variant: "hpcs",
    name: "other instance",
    ibm_api_endpoint: "https://api.example.com:8000",
    ibm_iam_endpoint: "https://iam.example.com",
    ibm_api_key: "api-key",
    ibm_instance_id: "instance-1",
  },
  key_protect: {
    ...common,
    type: "ibm_cloud_kms",
    ibm_variant: "key_protect",
    name: "protect",
    ibm_api_endpoint: "https://kp.example.com",
    ibm_iam_endpoint: "https://iam.example.com",
    ibm_api_key: "api-key",
    ibm_instance_id: "instance-2",
  },
  aws_kms: {
    ...common,
    type: "aws_kms",
    name: "aws",
    aws_region: "eu_west_1",
    aws_access_key_id: "access",
    aws_secret_access_key: "secret",
  },
  azure_key_vault: {
    ...common,
    type: "azure_key_vault",
    azure_service_name: "azure-vault",
    azure_resource_group: "group",
    azure_service_principal_password: "password",
    ...azureIds,
  },
  google_kms: {
    ...common,
    type: "google_kms",
    name: "google",
    google_credentials: Buffer.from(JSON.stringify({ project_id: "project-1", private_key_id: "key-1" })).toString(
      "base64",
    ),
    google_location: "europe-west3",
    google_key_ring: "ring",
  },
  cca: { ...common, type: "cca", name: "cca", cca_host: "host", cca_port: "9443", cca_public_key_hash: "ab12" },
} as const satisfies Record<string, Fields>;

export const keyProperties = {
  size: "256",
  algorithm: "aes",
  activation_date: "P0D",
  expiration_date: "P5Y",
  state: "active",
} as const;

export function templateBody(fields: Fields = {}): Fields {
  return {
    ...common,
    name: "backups",
    key: keyProperties,
    keystores: [{ group: "payroll", type: "ibm_cloud_kms" }],
    ...fields,
  };
}

/** Sends a change with the ETag of a fresh read. */
export async function change(client: Client, method: string, path: string, body?: Fields): Promise<TestResponse> {
  // `/archive` and its like stand behind the object; `?mode=` behind both.
  const object = /^\/api\/v4\/[a-z]+\/[^/?]+/.exec(path)?.[0] ?? path;
  const etag = (await client.call("GET", object)).headers.get("etag") ?? "none";
  return client.call(method, path, body, { "if-match": etag });
}

export async function connect(client: Client, type: keyof typeof keystoreBodies, fields: Fields = {}): Promise<Body> {
  return (await client.call("POST", "/api/v4/keystores", { ...keystoreBodies[type], ...fields })).body;
}

export async function makeTemplate(client: Client, fields: Fields = {}): Promise<Body> {
  return (await client.call("POST", "/api/v4/templates", templateBody(fields))).body;
}

/** Status and code of a refusal. */
export function refusalOf(response: TestResponse): readonly [number, string | undefined, unknown] {
  const error = response.body.errors?.[0];
  const target: unknown = error?.target;
  const name = typeof target === "object" && target !== null && "name" in target ? target.name : undefined;
  return [response.status, error?.code, name];
}
