/**
 * Encodes and reads Terraform's resource identity: the instance ID, and the parts of the ID of the resource, such as
 * `vault_id` and `key_id`.
 */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { TerraformResource } from "../resources/schema/terraform.ts";
import type { ResourceIdentityDataSchema } from "./protocol/tfplugin6_pb.ts";
import { encodeValue, type ObjectValue, readValue, type ValueType } from "./values.ts";

type Resource = Pick<TerraformResource, "identity" | "idNames">;

export function identityTypeOf({ identity }: Resource): ValueType {
  return ["object", Object.fromEntries(Object.entries(identity.attributes).map(([name, { type }]) => [name, type]))];
}

/** Undefined if a part is not known yet, as before a creation. */
export function identityOf(
  resource: Resource,
  values: ObjectValue,
): MessageInitShape<typeof ResourceIdentityDataSchema> | undefined {
  const parts = Object.keys(resource.identity.attributes).map((name) => [name, values[name]] as const);
  const known = parts.filter((each): each is [string, string] => typeof each[1] === "string");
  if (known.length < parts.length) return undefined;
  return { identityData: { msgpack: encodeValue(Object.fromEntries(known), identityTypeOf(resource)) } };
}

export function readIdentity(
  data: MessageShape<typeof ResourceIdentityDataSchema> | undefined,
  resource: Resource,
): ObjectValue | null {
  return readValue(data?.identityData, identityTypeOf(resource)) as ObjectValue | null;
}

/** `<vault_id>/<key_id>` of these values; undefined if one is missing. */
export function idOf({ idNames }: Pick<Resource, "idNames">, values: ObjectValue): string | undefined {
  const parts = idNames.map((name) => values[name]).filter((part) => typeof part === "string" && part !== "");
  return parts.length === idNames.length ? parts.join("/") : undefined;
}
