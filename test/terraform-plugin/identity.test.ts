/** A resource's identity, which is either complete or absent. */

import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import { identityOf, idOf, readIdentity } from "../../provider/terraform-plugin/identity.ts";
import { ResourceIdentityDataSchema } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";

describe.each([...terraformResources.values()])("the identity of a $typeName", (resource) => {
  const parts = Object.keys(resource.identity.attributes);
  const values = Object.fromEntries(parts.map((name) => [name, `its ${name}`]));

  test("round-trips through the host", () => {
    const identity = identityOf(resource, { ...values, label: "payroll" });
    if (identity === undefined) throw new Error("No identity");
    expect(readIdentity(create(ResourceIdentityDataSchema, identity), resource)).toEqual(values);
  });

  test.each(parts)("is absent without %s", (name) => {
    const { [name]: _missing, ...others } = values;
    expect(identityOf(resource, others)).toBeUndefined();
    expect(identityOf(resource, { ...values, [name]: null })).toBeUndefined();
  });

  test.each(resource.idNames)("has no ID without %s", (name) => {
    expect(idOf(resource, values)).toBe(resource.idNames.map((each) => values[each]).join("/"));
    for (const nothing of [null, ""]) expect(idOf(resource, { ...values, [name]: nothing })).toBeUndefined();
  });
});
