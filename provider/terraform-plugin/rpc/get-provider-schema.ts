/**
 * GetProviderSchema: the provider's schemas, and the capabilities of the protocol that it supports.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { terraformDataSources, terraformProvider, terraformResources } from "../../schema/terraform.ts";
import type { BlockSchema } from "../../schema/terraform-types.ts";
import {
  type GetProviderSchema_ResponseSchema,
  Schema_NestedBlock_NestingMode,
  type SchemaSchema,
  type ServerCapabilitiesSchema,
  StringKind,
} from "../protocol/tfplugin6_pb.ts";

export const serverCapabilities: MessageInitShape<typeof ServerCapabilitiesSchema> = {
  // The plan announces a destruction, or refuses it if the resource is protected, before it begins.
  planDestroy: true,
  getProviderSchemaOptional: true,
  moveResourceState: true,
  generateResourceConfig: true,
};

export async function getProviderSchema(): Promise<MessageInitShape<typeof GetProviderSchema_ResponseSchema>> {
  return {
    provider: schemaMessage(terraformProvider.block),
    resourceSchemas: messagesOf(terraformResources, ({ block }) => block),
    dataSourceSchemas: messagesOf(terraformDataSources, ({ block }) => block),
    listResourceSchemas: messagesOf(terraformResources, ({ listBlock }) => listBlock),
    serverCapabilities,
  };
}

function messagesOf<Block>(blocks: ReadonlyMap<string, Block>, schemaOf: (block: Block) => BlockSchema) {
  return Object.fromEntries([...blocks].map(([name, block]) => [name, schemaMessage(schemaOf(block))]));
}

function schemaMessage({ version, block }: BlockSchema): MessageInitShape<typeof SchemaSchema> {
  return {
    version: BigInt(version),
    block: {
      version: BigInt(version),
      description: block.description ?? "",
      descriptionKind: block.description_kind === "markdown" ? StringKind.MARKDOWN : StringKind.PLAIN,
      attributes: attributeMessages(block.attributes),
      blockTypes: Object.entries(block.block_types ?? {}).map(
        ([
          typeName,
          {
            block: { attributes },
          },
        ]) => ({
          typeName,
          nesting: Schema_NestedBlock_NestingMode.SINGLE,
          block: { attributes: attributeMessages(attributes), descriptionKind: StringKind.MARKDOWN },
        }),
      ),
    },
  };
}

function attributeMessages(attributes: BlockSchema["block"]["attributes"]) {
  return Object.entries(attributes).map(([name, attribute]) => ({
    name,
    type: new TextEncoder().encode(JSON.stringify(attribute.type)),
    description: attribute.description,
    descriptionKind: StringKind.MARKDOWN,
    required: attribute.required ?? false,
    optional: attribute.optional ?? false,
    computed: attribute.computed ?? false,
    sensitive: attribute.sensitive ?? false,
    writeOnly: attribute.write_only ?? false,
  }));
}
