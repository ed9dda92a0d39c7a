/**
 * Serves the calls that describe the provider: its resources and data sources, their schemas and identities, and its
 * capabilities.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { terraformDataSources, terraformProvider, terraformResources } from "../../resources/schema/terraform.ts";
import type { BlockSchema, ValueType } from "../../resources/schema/terraform-types.ts";
import {
  type Schema_AttributeSchema,
  Schema_NestedBlock_NestingMode,
  Schema_Object_NestingMode,
  type SchemaSchema,
  type ServerCapabilitiesSchema,
  StringKind,
} from "../protocol/tfplugin6_pb.ts";
import type { ResponseOf } from "../session.ts";

const serverCapabilities: MessageInitShape<typeof ServerCapabilitiesSchema> = {
  // Hosts call the plan of a deletion, which shows the deletion, or refuses it if the resource is protected.
  planDestroy: true,
  getProviderSchemaOptional: true,
  moveResourceState: true,
  generateResourceConfig: true,
};

export async function getProviderSchema(): Promise<ResponseOf<"getProviderSchema">> {
  return {
    provider: schemaMessage(terraformProvider.block),
    resourceSchemas: messagesOf(terraformResources, ({ block }) => block),
    dataSourceSchemas: messagesOf(terraformDataSources, ({ block }) => block),
    listResourceSchemas: messagesOf(terraformResources, ({ listBlock }) => listBlock),
    serverCapabilities,
  };
}

/** The identities of resources, by which imports and queries name an object without a composed ID. */
export async function getResourceIdentitySchemas(): Promise<ResponseOf<"getResourceIdentitySchemas">> {
  const schemas = [...terraformResources].map(([name, { identity }]) => [
    name,
    {
      version: BigInt(identity.version),
      identityAttributes: Object.entries(identity.attributes).map(([attribute, each]) => ({
        name: attribute,
        type: typeMessage(each.type),
        description: each.description,
        requiredForImport: each.required_for_import ?? false,
        optionalForImport: each.optional_for_import ?? false,
      })),
    },
  ]);
  return { identitySchemas: Object.fromEntries(schemas) };
}

/** The names of all resources and data sources, for tools that join providers. */
export async function getMetadata(): Promise<ResponseOf<"getMetadata">> {
  const named = (blocks: ReadonlyMap<string, unknown>) => [...blocks.keys()].map((typeName) => ({ typeName }));
  return {
    serverCapabilities,
    resources: named(terraformResources),
    dataSources: named(terraformDataSources),
    listResources: named(terraformResources),
  };
}

/** The provider has no functions: questions are data sources, because their answers come from the service. */
export async function getFunctions(): Promise<ResponseOf<"getFunctions">> {
  return {};
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

function attributeMessages(
  attributes: BlockSchema["block"]["attributes"],
): MessageInitShape<typeof Schema_AttributeSchema>[] {
  return Object.entries(attributes).map(([name, attribute]) => ({
    name,
    ...(attribute.type && { type: typeMessage(attribute.type) }),
    ...(attribute.nested_type && {
      nestedType: {
        nesting: Schema_Object_NestingMode.LIST,
        attributes: attributeMessages(attribute.nested_type.attributes),
      },
    }),
    description: attribute.description,
    descriptionKind: StringKind.MARKDOWN,
    required: attribute.required ?? false,
    optional: attribute.optional ?? false,
    computed: attribute.computed ?? false,
    sensitive: attribute.sensitive ?? false,
    writeOnly: attribute.write_only ?? false,
  }));
}

function typeMessage(type: ValueType): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(type));
}
