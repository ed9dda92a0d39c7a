/**
 * Reads and changes keystores, and reads the health of their connections (uko-v4.md S1-S6, 3.7, 3.8). No message
 * repeats a secret, and a keystore is deleted only with `mode=restrict`, because the other modes deactivate or destroy
 * the keys in it.
 */

import type {
  ConnectionFields,
  KeystorePatch,
  KeystoreSnapshot,
  Keystores,
  NewKeystore,
} from "../../engine/ports/containers.ts";
import { UkoError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { parseResponse } from "../http/read-result.ts";
import type { Transport } from "../http/transport.ts";
import { definedOnly } from "../http/wire-values.ts";
import { changeRights, isOwnNotFound, readRights, service } from "./errors.ts";
import { nonEmpty, toStamps } from "./key-reads.ts";
import { createCollection, type ObjectKind, objectPath } from "./objects.ts";
import { ukoHeaders } from "./transport.ts";
import { keystore, keystoreHealth, type WireKeystore } from "./wire.ts";

const kind: ObjectKind = { path: "keystores", word: "keystore" };

export function createKeystores(transport: Transport): Keystores {
  const keystores = createCollection(transport, {
    kind,
    schema: keystore,
    toSnapshot,
    // Any other mode deactivates or destroys the keys in it (uko-v4.md 2.1 S5).
    removalQuery: { mode: "restrict" },
    rights: {
      read: readRights.readKeystore,
      list: readRights.listKeystores,
      write: changeRights.writeKeystore,
      remove: changeRights.removeKeystore,
    },
  });
  return {
    read: keystores.read,
    list: keystores.list,
    create: (wanted, options) =>
      keystores.create(
        { vaultId: wanted.vaultId, body: creationBody(wanted), secrets: secretsIn(wanted.fields) },
        options,
      ),
    update: (ref, patch, etag, options) => {
      const call = { method: "PATCH", body: patchBody(patch), secrets: secretsIn(patch.fields) } as const;
      return keystores.change(ref, etag, call, options);
    },
    remove: keystores.remove,
    async status(ref, { signal }) {
      const path = `${objectPath(transport, kind, ref)}/status`;
      const call = { path, ...ukoHeaders(ref.vaultId), signal };
      const response = await transport.read(call, readRights.readKeystore, isOwnNotFound);
      if (response.status === 404) throw keystoreNotFound(ref.id);
      return toHealth(parseResponse(service, response, keystoreHealth));
    },
  };
}

function creationBody({ vaultId, type, fields, ...wanted }: NewKeystore): Record<string, unknown> {
  return { ...fields, ...patchBody(wanted), type, vault: { id: vaultId } };
}

/** The body of a change. It has no type and no vault, because a keystore cannot move (uko-v4.md 3.8). */
function patchBody({ name, description, groups, fields }: KeystorePatch): Record<string, unknown> {
  return { ...fields, ...definedOnly({ name, description, groups }) };
}

/** The values of all fields that are never read from a response. */
function secretsIn(fields: ConnectionFields = {}): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    Object.hasOwn(shownFields, name) || name === "ibm_variant" ? [] : [String(value)],
  );
}

/** A connection's fields that are not secrets (uko-v4.md 3.7); all others are dropped. */
const shownFields = {
  ibm_api_endpoint: "text",
  ibm_iam_endpoint: "text",
  ibm_instance_id: "text",
  ibm_key_ring: "text",
  aws_region: "text",
  azure_service_name: "text",
  azure_resource_group: "text",
  azure_service_principal_client_id: "text",
  azure_tenant: "text",
  azure_subscription_id: "text",
  azure_location: "text",
  azure_environment: "text",
  azure_variant: "text",
  google_location: "text",
  google_key_ring: "text",
  google_project_id: "text",
  google_private_key_id: "text",
  cca_host: "text",
  cca_port: "number",
  cca_use_tls: "flag",
  cca_public_key_hash: "text",
  cca_trusted_issuer: "text",
  tls_proxy: "text",
} as const satisfies Record<string, "text" | "number" | "flag">;

function toSnapshot(wire: WireKeystore, vaultId: string): KeystoreSnapshot {
  const health = keystoreHealth.safeParse(wire.status);
  const fields = toFields(wire);
  return {
    id: wire.id,
    vaultId: nonEmpty(wire.vault?.id) ?? vaultId,
    name: wire.name,
    description: wire.description,
    location: wire.location,
    groups: wire.groups,
    type: printable(wire.type, 100),
    variant: printable(wire.ibm_variant, 100),
    ring: wire.type === "ibm_cloud_kms" ? String(fields.ibm_key_ring ?? "") : "",
    fields,
    ...(health.success ? toHealth(health.data) : { health: "", healthMessage: "" }),
    ...toStamps(wire),
  };
}

function toFields(wire: Readonly<Record<string, unknown>>): ConnectionFields {
  const fields: Record<string, string | number | boolean> = {};
  for (const [name, form] of Object.entries(shownFields)) {
    const value = readField(form, wire[name]);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

/** Undefined if the service returns no value, or a mask in its place. */
function readField(form: "text" | "number" | "flag", value: unknown): string | number | boolean | undefined {
  const text = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? `${value}` : "";
  if (/^\**$/.test(text)) return undefined;
  switch (form) {
    case "text":
      return text;
    case "number":
      return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
    case "flag":
      return text === "true" ? true : text === "false" ? false : undefined;
  }
}

function toHealth(wire: { health_status: string; message: string }): { health: string; healthMessage: string } {
  return { health: printable(wire.health_status, 100), healthMessage: printable(wire.message) };
}

function keystoreNotFound(keystoreId: string): UkoError {
  return new UkoError("UKO_NOT_FOUND", {
    summary: `Keystore ${keystoreId} was not found`,
    detail: "This does not prove that it is gone. Nothing was changed.",
  });
}
