import { expect, it } from "vitest";
import {
  isExternalType,
  keystoreKindOf,
  typesOfUnseenUse,
} from "../../../provider/lifecycle/container/keystore-kind.ts";

it.each([
  ["aws_kms", "", "external"],
  ["azure_key_vault", "premium", "external"],
  ["google_kms", "", "external"],
  ["cca", "", "external"],
  ["ibm_cloud_kms", "internal", "internal"],
  ["ibm_cloud_kms", "hpcs", "external"],
  ["ibm_cloud_kms", "key_protect", "external"],
  ["ibm_cloud_kms", "", "unknown"],
  ["ibm_cloud_kms", "Internal", "unknown"],
  ["ibm_cloud_kms", "satellite", "unknown"],
  ["IBM_CLOUD_KMS", "hpcs", "unknown"],
  ["", "hpcs", "unknown"],
  ["aws-kms", "", "unknown"],
])("a keystore of type %j, variant %j is %s", (type, variant, expected) => {
  expect(keystoreKindOf({ type, variant })).toBe(expected);
  expect(isExternalType(type)).toBe(expected === "external" && type !== "ibm_cloud_kms");
});

it("does not see the use of a key in a keystore of any type but IBM's own", () => {
  const unseen = (...types: readonly string[]) => typesOfUnseenUse(types.map((type) => ({ type })));
  expect(unseen("ibm_cloud_kms")).toEqual([]);
  expect(unseen("google_kms", "ibm_cloud_kms", "aws_kms", "aws_kms", "new")).toEqual(["aws_kms", "google_kms", "new"]);
});
