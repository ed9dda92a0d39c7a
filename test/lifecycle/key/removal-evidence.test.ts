import { expect, it } from "vitest";
import { namingContradictions } from "../../../provider/lifecycle/key/removal-evidence.ts";
import type { KeystoreStatus } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { aKey, aKeystoreStatus, someFacts } from "../../support/builders.ts";

/** A destroyed key as three sources name its keystores. */
function named(
  metadata: readonly string[],
  stored: readonly KeystoreStatus[],
  live: readonly KeystoreStatus[],
): ReturnType<typeof namingContradictions> {
  const facts = someFacts({ keystores: metadata.map((id) => ({ id, type: "aws_kms" })) });
  return namingContradictions(aKey({ state: "destroyed", facts, storedKeystores: stored, keystores: live }));
}

const response = (keystoreId: string, over: Partial<KeystoreStatus> = {}) =>
  aKeystoreStatus({ keystoreId, name: `name of ${keystoreId}`, type: "aws_kms", status: "not_present", ...over });

it.each([
  ["metadata", ["b"], [], ["metadata"], "b"],
  ["stored status", [], [response("b")], ["stored_status"], "name of b"],
  ["metadata and stored status", ["b"], [response("b"), response("b")], ["metadata", "stored_status"], "name of b"],
] as const)("names a keystore of the %s without a live response once", (_what, metadata, stored, namedBy, name) => {
  expect(named(["a", ...metadata], stored, [response("a")])).toEqual([
    { kind: "no_live_response", keystore: { id: "b", name, type: "aws_kms" }, namedBy },
  ]);
});

it("does not match entries without an id, neither as a live status nor as a keystore that has one", () => {
  const nameless = response("", { name: "paris" });
  expect(named(["", "a"], [nameless], [nameless, response("a")])).toEqual([
    { kind: "keystore_without_id", source: "metadata", name: "" },
    { kind: "keystore_without_id", source: "stored_status", name: "paris" },
    { kind: "keystore_without_id", source: "live_status", name: "paris" },
  ]);
});
