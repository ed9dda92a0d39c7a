/** One fault for each probe: what a service that differs from the emulator would respond. */

import type { WireResponse } from "../../provider/probe/wire.ts";

export interface Fault {
  /** Which response of the row. */
  readonly at?: number;
  readonly status?: number;
  readonly header?: Readonly<Record<string, string | undefined>>;
  /** Members by their paths, `*` for each item; `undefined` leaves the member out. */
  readonly set?: Readonly<Record<string, unknown>>;
}

const other = "9b2d0000-0000-4000-8000-00000000dead";
const ok = { status: 200 };
const notFound = { status: 404 };

// biome-ignore format: one fault a line
export const faults: Readonly<Record<string, Fault>> = {
  "iam.discovery": { set: { issuer: "https://iam.example.com/identity" } },
  "iam.keys": { set: { "keys.*.alg": "ES256" } },
  "iam.method": { set: { errorCode: "BXNIM0061E" } },
  "apikey.no-token": { status: 400 },
  "apikey.no-key": notFound,
  "apikey.unknown": { status: 400 },
  "broker.hosts": { set: { "kms.public": "https://kms.example.com" } },
  "broker.private": { set: { "uko.private": "uko.private.example.com" } },
  "broker.unknown": ok,
  "keys.envelope": { set: { limit: 200 } },
  "keys.default-states": { at: 1, set: { "managed_keys.*.state": "deactivated" } },
  "keys.default-order": { set: { "managed_keys.0.updated_at": "2020-01-01T00:00:00Z" } },
  "keys.words": { at: 1, set: { "managed_keys.*.state": "quarantined" } },
  "keys.full-page": { set: { total_count: 12 } },
  "keys.date": { header: { date: undefined } },
  "keys.sort": { set: { "managed_keys.0.created_at": "2030-01-01T00:00:00Z" } },
  "keys.sort-unknown": ok,
  "keys.pages": { at: 1, set: { previous: undefined } },
  "keys.past-end": notFound,
  "keys.limit-0": ok,
  "keys.limit-1001": ok,
  "keys.limit-x": { set: { "errors.0.target.name": "offset" } },
  "keys.offset-negative": ok,
  "keys.vendor-type": { header: { "content-type": "application/json" } },
  "keys.csv": ok,
  "keys.hrefs": { set: { "first.href": "https://uko.example.com/api/v4/managed_keys" } },
  "templates.list": { at: 1, set: { version: "1" } },
  "templates.default-types": { set: { "templates.*.type": ["shadow"] } },
  "keystores.one": { set: { groups: undefined } },
  "keystores.secrets": { set: { "keystores.*.ibm_api_key": "visible" } },
  "keystores.proxy": { set: { "keystores.*.tls_proxy": "" } },
  "keystores.place": { set: { "keystores.*.ibm_instance_id": other } },
  "keystores.status": { set: { last_heartbeat: undefined } },
  "keystores.keys": { set: { "managed_keys.*.state": "destroyed" } },
  "keystores.resources": { set: { total_count: undefined } },
  "vaults.counts": { set: { keystores_count: "2" } },
  "filter.unknown": { at: 1, status: 400 },
  "filter.state": ok,
  "filter.algorithm": ok,
  "filter.size": ok,
  "filter.template.alignment_status": ok,
  "filter.key_material_present": ok,
  "filter.day": ok,
  "filter.exclusive": ok,
  "filter.label": { set: { managed_keys: [] } },
  "filter.label-case": { status: 400 },
  "filter.template-prefix": { set: { managed_keys: [] } },
  "filter.vault-unknown": notFound,
  "filter.vault": { set: { "managed_keys.*.vault.id": other } },
  "key.etag": { header: { etag: '"1790838000123"' } },
  "key.writer": { set: { updated_by: undefined } },
  "key.material": { set: { key_material_present: ["keystores"] } },
  "key.alignment": { set: { "template.alignment_status": undefined } },
  "key.live-status": { at: 1, set: { status_in_keystores: [] } },
  "key.stored-status": { at: 1, set: { "status_in_keystores.*.keystore_sync_flag": "out_of_sync" } },
  "key.uses": { set: { total_count: undefined } },
  "key.versions": { set: { "managed_keys.0.version": 0 } },
  "key.version-id": { set: { "managed_keys.0.id": other } },
  "key.vault-header": { at: 1, status: 200 },
  "error.unknown-managed_keys": { set: { "errors.0.code": "key_not_found" } },
  "error.unknown-templates": { status: 400 },
  "error.unknown-keystores": { set: { errors: undefined } },
  "error.unknown-vaults": { set: { "errors.0.code": "vault_not_found" } },
  "error.correlation": { set: { trace: other } },
  "error.no-token": { header: { "www-authenticate": undefined } },
  "error.bad-token": { set: { "errors.0.code": "invalid_token" } },
  "error.order": notFound,
  "error.order-parameter": { status: 400 },
  "error.path": { set: { status_code: undefined } },
  "error.use-unknown": ok,
  "error.head": { status: 405 },
  "kms.list": { set: { "metadata.collectionTotal": 4711 } },
  "kms.count": { header: { "key-total": undefined } },
  "kms.empty-filters": { at: 1, status: 400 },
  "kms.state": { set: { "resources.0.reasons.0.code": "BAD_QUERY_PARAM_ERR" } },
  "kms.states": { set: { "resources.*.state": 6 } },
  "kms.date": { header: { date: undefined } },
  "kms.headline": { set: { "resources.0.errorMsg": "Not Found: Key could not be retrieved" } },
  "kms.unknown": { status: 400 },
  "kms.foreign-instance": notFound,
  "kms.no-subject": { status: 401 },
  "kms.path": { status: 401 },
  "kms.ring-header": ok,
  "kms.metadata": { set: { "resources.0.payload": "c2VjcmV0" } },
  "kms.first-update": { set: { "resources.0.lastUpdateDate": undefined } },
  "kms.alias-unknown": { set: { "resources.0.reasons.0.code": "ALIAS_NOT_FOUND_ERR" } },
  "kms.policies": { set: { resources: [] } },
  "kms.instance-policies": { set: { "resources.0.createdBy": undefined, "resources.0.created_by": "x" } },
  "kms.registrations": { set: { "metadata.collectionType": "application/vnd.ibm.kms.registrations+json" } },
  "kms.versions": { set: { "resources.0.creationDate": undefined } },
  "kms.rings": { set: { "resources.*.id": "first" } },
  "kms.correlation": { header: { "correlation-id": undefined } },
};

/** The response with the fault in it. */
export function falsified(response: WireResponse, { status, header = {}, set = {} }: Fault): WireResponse {
  const body = structuredClone(response.body);
  for (const [path, value] of Object.entries(set)) setAt(body, path.split("."), value);
  const headers = Object.entries({ ...response.headers, ...header }).filter(([, value]) => value !== undefined);
  return { status: status ?? response.status, headers: Object.fromEntries(headers) as never, body };
}

function setAt(body: unknown, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (typeof body !== "object" || body === null) return;
  if (name === "*") {
    for (const item of Object.values(body)) setAt(item, rest, value);
    return;
  }
  const members = body as Record<string, unknown>;
  if (rest.length > 0) {
    members[name] ??= {};
    setAt(members[name], rest, value);
  } else if (value === undefined) delete members[name];
  else members[name] = value;
}
