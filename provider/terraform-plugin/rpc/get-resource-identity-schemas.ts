/**
 * GetResourceIdentitySchemas: the identity of each resource, for imports without a made-up ID and
 * for queries.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { terraformResources } from "../../schema/terraform.ts";
import type { GetResourceIdentitySchemas_ResponseSchema } from "../protocol/tfplugin6_pb.ts";

export async function getResourceIdentitySchemas(): Promise<
  MessageInitShape<typeof GetResourceIdentitySchemas_ResponseSchema>
> {
  const schemas = [...terraformResources].map(([name, { identity }]) => [
    name,
    {
      version: BigInt(identity.version),
      identityAttributes: Object.entries(identity.attributes).map(([attribute, each]) => ({
        name: attribute,
        type: new TextEncoder().encode(JSON.stringify(each.type)),
        description: each.description,
        requiredForImport: each.required_for_import ?? false,
        optionalForImport: each.optional_for_import ?? false,
      })),
    },
  ]);
  return { identitySchemas: Object.fromEntries(schemas) };
}
