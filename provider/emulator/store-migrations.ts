/** What has to change in a world that an older version wrote, one step per version. */

import { createHash } from "node:crypto";
import type { WorldRecord } from "./store-schema.ts";

type Migration = (record: WorldRecord) => WorldRecord;
type Members = Readonly<Record<string, unknown>>;
type Entries = WorldRecord["collections"][string];

/** The first step leads from version 1 to version 2. A step never changes once files of its version are about. */
const migrations: readonly Migration[] = [toKmsKeys];

export const recordVersion = migrations.length + 1;

/** Brings a record to the present version; refuses one that a newer local UKO wrote. */
export function migrate(record: WorldRecord): WorldRecord {
  if (record.version > recordVersion) {
    throw new Error(
      `The world was written by a newer local UKO: it has version ${record.version}, and this one reads up to version ${recordVersion}. Use that one, or begin with another file.`,
    );
  }
  const steps = migrations.slice(record.version - 1);
  return { ...steps.reduce((older, step) => step(older), record), version: recordVersion };
}

/** Version 2 has KMS keys of their own beside the twins, key rings, policies of the instance, and fields per type of keystore. */
function toKmsKeys(record: WorldRecord): WorldRecord {
  const { instanceDualAuth, ...values } = record.values;
  const { twins = [], keys = [], templates = [], keystores = [], ...others } = record.collections;
  const sizes = new Map(templates.map(([id, template]) => [id, membersOf(template).size]));
  const [firstId, firstKeystore] = keystores[0] ?? ["", {}];
  const { createdMs = 0, createdBy = firstId } = membersOf(firstKeystore);
  const stamps = { createdMs, createdBy, updatedMs: createdMs, updatedBy: createdBy };
  const rings = keystores.flatMap(([, keystore]) => {
    const { ring, ...kept } = membersOf(keystore);
    return typeof ring === "string" ? [{ id: ring, createdMs: kept.createdMs, createdBy: kept.createdBy }] : [];
  });
  return {
    ...record,
    values,
    collections: {
      ...others,
      keystores,
      templates: each(templates, (template) => ({ ...template, keystoreFields: {} })),
      keys: each(keys, (key) => ({ ...key, size: sizes.get(String(key.templateId)) ?? "256", keystoreFields: {} })),
      kmsKeys: each(twins, kmsKeyOf),
      rings: [{ id: "default", createdMs, createdBy }, ...rings].map((ring) => [ring.id, ring]),
      instancePolicies: instanceDualAuth === true ? [["dualAuthDelete", { enabled: true, ...stamps }]] : [],
    },
  };
}

function kmsKeyOf({ keyId, keystoreId, versionId, versionMs, ...twin }: Members): Members {
  // Version 1 had no material; a twin's is never shown, so any that stays the same will do.
  const material = createHash("sha256").update(String(versionId)).digest("base64");
  return {
    ...twin,
    twinOf: { keyId, keystoreId },
    extractable: false,
    imported: false,
    tags: [],
    aliases: [],
    versions: [{ id: versionId, createdMs: versionMs, material }],
    resources: [],
  };
}

function each(entries: Entries, change: (item: Members) => Members): Entries {
  return entries.map(([id, item]) => [id, change(membersOf(item))]);
}

function membersOf(item: unknown): Members {
  return typeof item === "object" && item !== null ? { ...item } : {};
}
