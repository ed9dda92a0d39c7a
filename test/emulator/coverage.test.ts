import { describe, expect, it } from "vitest";
import { kmsRoutes } from "../../provider/emulator/kms/kms-api.ts";
import { ukoRoutes } from "../../provider/emulator/service/uko-api.ts";
import { calls } from "../../provider/emulator/store/fidelity.ts";

/**
 * The rows of uko-v4.md 2.1 and kms-v2-and-iam.md 2.1 (M: its row numbers): what they are called there, and the names of
 * their calls here.
 */
const rows = {
  K1: ["list keys", "listManagedKeys"],
  K2: ["create from template", "createManagedKey"],
  K3: ["get a key", "getManagedKey"],
  K4: ["update attributes", "updateManagedKey"],
  K5: ["remove from vault", "deleteManagedKey"],
  K6: ["activate", "activateManagedKey"],
  K7: ["deactivate", "deactivateManagedKey"],
  K8: ["destroy", "destroyManagedKey"],
  K9: ["rotate", "rotateManagedKey"],
  K10: ["realign", "updateManagedKeyFromTemplate"],
  K11: ["sync", "syncStatusInKeystores"],
  K12: ["live status", "getStatusInKeystores"],
  K13: ["resources using the key", "listResourcesOfKey"],
  K14: ["list versions", "listManagedKeyVersions"],
  T1: ["list templates", "listTemplates"],
  T2: ["create a template", "createTemplate"],
  T3: ["get a template", "getTemplate"],
  T4: ["update a template", "updateTemplate"],
  T5: ["delete a template", "deleteTemplate"],
  T6: ["archive", "archiveTemplate"],
  T7: ["unarchive", "unarchiveTemplate"],
  T8: ["expose", "exposeTemplate"],
  S1: ["list keystores", "listKeystores"],
  S2: ["create or connect a keystore", "createKeystore"],
  S3: ["get a keystore", "getKeystore"],
  S4: ["update a keystore", "updateKeystore"],
  S5: ["delete or disconnect a keystore", "deleteKeystore"],
  S6: ["health of a keystore", "getKeystoreStatus"],
  S7: ["keys installed in a keystore", "listKeysOfKeystore"],
  S8: ["resources of all keys in a keystore", "listResourcesOfKeystore"],
  V1: ["list vaults", "listVaults"],
  V2: ["create a vault", "createVault"],
  V3: ["get a vault", "getVault"],
  V4: ["update a vault", "updateVault"],
  V5: ["delete an empty vault", "deleteVault"],
  M1: ["create a KMS key", "createKmsKey"],
  M2: ["create with policy overrides", "createKmsKeyWithPolicies"],
  M3: ["list KMS keys", "listKmsKeys"],
  M4: ["count KMS keys", "countKmsKeys"],
  M5: ["get a KMS key", "getKmsKey"],
  M6: ["get its metadata", "getKmsKeyMetadata"],
  M7: ["move it to another ring", "moveKmsKey"],
  M8: ["delete it", "deleteKmsKey"],
  M9: ["restore it", "restoreKmsKey"],
  M10: ["purge it", "purgeKmsKey"],
  M11: ["disable and enable", "disableKmsKey", "enableKmsKey"],
  M12: ["rotate it", "rotateKmsKey"],
  M13: ["wrap, unwrap, rewrap", "wrap", "unwrap", "rewrap"],
  M14: ["set it for deletion", "setKeyForDeletion"],
  M15: ["unset it for deletion", "unsetKeyForDeletion"],
  M16: ["sync it", "syncKmsKey"],
  M17: ["get its policies", "getKmsKeyPolicies"],
  M18: ["put its policies", "setKmsKeyPolicies"],
  M19: ["get the instance's policies", "getInstancePolicies"],
  M20: ["put the instance's policies", "setInstancePolicies"],
  M21: ["registrations of a key", "listRegistrations"],
  M22: ["registrations of the instance", "listAllRegistrations"],
  M23: ["its versions", "listKmsKeyVersions"],
  M24: ["key rings", "listKeyRings", "createKeyRing", "deleteKeyRing"],
  M25: ["aliases", "createAlias", "deleteAlias"],
  M26: ["import tokens", "createImportToken", "getImportToken"],
  M27: ["private port of an allowed network", "getAllowedIpPort"],
} as const satisfies Record<string, readonly [title: string, ...operations: string[]]>;

const routes = new Map([...ukoRoutes, ...kmsRoutes].map((route) => [route.operation, route]));

describe.each(Object.entries(rows).map(([row, [title, ...operations]]) => ({ row, title, operations })))(
  "row $row of the contract: $title",
  ({ row, operations }) => {
    it("has a route for each of its calls", () => {
      expect(operations.filter((operation) => !routes.has(operation))).toEqual([]);
    });

    it("stands in a row of the page about fidelity", () => {
      expect(calls.filter(([id]) => cites(id, row))).toHaveLength(1);
    });
  },
);

it("every route that is served is a call of a row, but the form of KMS's actions that no table numbers", () => {
  const called: readonly string[] = Object.values(rows).flatMap(([, ...operations]) => operations);
  expect([...routes.keys()].filter((operation) => !called.includes(operation))).toEqual(["actOnKmsKey"]);
});

/** A range such as `M17-M20` cites each row in it. */
function cites(text: string, row: string): boolean {
  if (new RegExp(`\\b${row}\\b`).test(text)) return true;
  const letter = row.slice(0, 1);
  const number = Number(row.slice(1));
  return [...text.matchAll(/\b([A-Z])(\d+)-\1?(\d+)\b/g)].some(
    ([, of, first, last]) => of === letter && Number(first) <= number && number <= Number(last),
  );
}
