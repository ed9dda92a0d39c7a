/** GetMetadata: the names of all resources and data sources, for tools that join providers. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { terraformDataSources, terraformResources } from "../../schema/terraform.ts";
import type { GetMetadata_ResponseSchema } from "../protocol/tfplugin6_pb.ts";
import { serverCapabilities } from "./get-provider-schema.ts";

export async function getMetadata(): Promise<MessageInitShape<typeof GetMetadata_ResponseSchema>> {
  const named = (blocks: ReadonlyMap<string, unknown>) => [...blocks.keys()].map((typeName) => ({ typeName }));
  return {
    serverCapabilities,
    resources: named(terraformResources),
    dataSources: named(terraformDataSources),
    listResources: named(terraformResources),
  };
}
