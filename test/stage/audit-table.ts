/** The service's audit trail as a table: each call that changed an object, its caller, and the state of the key. */

import type { AuditEntry } from "./local-uko.ts";

const deeds: Readonly<Record<string, string>> = {
  createManagedKey: "created the key",
  deleteManagedKey: "removed the key's metadata",
  deactivateManagedKey: "deactivated the key",
  destroyManagedKey: "destroyed the key",
  createKmsKey: "created the KMS key",
  createKmsKeyWithPolicies: "created the KMS key",
  deleteKmsKey: "destroyed the KMS key",
  setKeyForDeletion: "set the KMS key for deletion",
  createKeystore: "created the keystore",
  updateKeystore: "changed the keystore",
  deleteKeystore: "deleted the keystore",
  createTemplate: "created the template",
  updateTemplate: "changed the template",
  deleteTemplate: "deleted the template",
  createVault: "created the vault",
  updateVault: "changed the vault",
  deleteVault: "deleted the vault",
};

const stepNouns: Readonly<Record<string, string>> = { deactivate: "deactivation", destroy: "destruction" };

/** Who did what, in order: `Alice Example deactivated the key`. */
export function deedsIn(audit: readonly AuditEntry[]): readonly string[] {
  return changesIn(audit).map((entry) => `${whoIn(entry)} ${deedOf(entry)}`);
}

export function auditTable(audit: readonly AuditEntry[]): string {
  const rows = changesIn(audit).map((entry) => [
    entry.time.slice(0, 19).replace("T", " "),
    whoIn(entry),
    deedOf(entry),
    entry.from === entry.to ? (entry.to ?? "") : `${entry.from ?? "nothing"} → ${entry.to}`,
  ]);
  const table = [["time (UTC)", "who", "what", "from → to"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function changesIn(audit: readonly AuditEntry[]): readonly AuditEntry[] {
  return audit.filter(
    ({ effect, keyId, operation }) => effect && operation !== "seed" && (keyId !== undefined || operation in deeds),
  );
}

function whoIn({ callerName, caller }: AuditEntry): string {
  return callerName ?? caller ?? "nobody";
}

/** A change of attributes writes a consent record on the key, whose `s` is its step, or only a marker. */
function deedOf({ operation, after }: AuditEntry): string {
  const plain = deeds[operation];
  if (plain !== undefined) return plain;
  const textOf = (tag: string) => after?.tags.find(({ name }) => name === tag)?.value;
  const value = textOf("uko_deletion");
  if (operation === "updateManagedKey" && value === undefined && textOf("uko_dual") !== undefined)
    return "marked it for two people";
  if (operation !== "updateManagedKey" || value === undefined) return `called ${operation}`;
  const record = JSON.parse(Buffer.from(value, "hex").toString("utf8")) as { s: string; h: string };
  return `${record.h === "approval" ? "approved" : "requested"} its ${stepNouns[record.s] ?? record.s}`;
}
