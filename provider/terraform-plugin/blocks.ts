/**
 * Finds the definition of the resource or data source that a call names, and reads and writes its values in the form of
 * Terraform's protocol.
 */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Handlers } from "../engine/resource/handlers.ts";
import { UkoError } from "../errors.ts";
import {
  type TerraformBlock,
  type TerraformDataSource,
  type TerraformResource,
  terraformDataSources,
  terraformResources,
} from "../resources/schema/terraform.ts";
import { valueTypeOf } from "../resources/schema/terraform-leaves.ts";
import type { Properties } from "./properties.ts";
import type { DynamicValueSchema } from "./protocol/tfplugin6_pb.ts";
import type { TerraformSession } from "./session.ts";
import { encodeValue, type ObjectValue, readValue, type ValueType } from "./values.ts";

/** The handlers of any resource, with inputs and state as plain properties. */
export type AnyHandlers = Handlers<Properties, Properties>;

type Wire = MessageInitShape<typeof DynamicValueSchema>;

export function resourceNamed(typeName: string): TerraformResource {
  return terraformResources.get(typeName) ?? unknownType("resource", typeName, terraformResources);
}

export function dataSourceNamed(typeName: string): TerraformDataSource {
  return terraformDataSources.get(typeName) ?? unknownType("data source", typeName, terraformDataSources);
}

export async function handlersOf(session: TerraformSession, { handlers }: TerraformResource): Promise<AnyHandlers> {
  const { resources } = await session.handlers();
  return resources[handlers] as unknown as AnyHandlers;
}

const types = new WeakMap<TerraformBlock["attributes"], ValueType>();

export function typeOf({ attributes }: Pick<TerraformBlock, "attributes">): ValueType {
  const known = types.get(attributes);
  if (known !== undefined) return known;
  const type: ValueType = ["object", Object.fromEntries(attributes.map(({ name, type }) => [name, valueTypeOf(type)]))];
  types.set(attributes, type);
  return type;
}

/** Reads an object; null if there is none, as before a creation. Throws UKO_INPUT_INVALID. */
export function readObject(
  wire: MessageShape<typeof DynamicValueSchema> | undefined,
  block: Pick<TerraformBlock, "attributes">,
): ObjectValue | null {
  return readValue(wire, typeOf(block)) as ObjectValue | null;
}

/** Reads an object that the host must send. Throws UKO_INPUT_INVALID if it is missing. */
export function readPresent(
  wire: MessageShape<typeof DynamicValueSchema> | undefined,
  block: Pick<TerraformBlock, "attributes">,
): ObjectValue {
  const value = readObject(wire, block);
  if (value !== null) return value;
  throw new UkoError("UKO_INPUT_INVALID", { summary: "The host did not send a required object" });
}

export function writeObject(value: ObjectValue | null, block: Pick<TerraformBlock, "attributes">): Wire {
  return { msgpack: encodeValue(value, typeOf(block)) };
}

function unknownType(what: string, typeName: string, known: ReadonlyMap<string, unknown>): never {
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `This provider has no ${what} ${typeName}`,
    detail: `It has ${[...known.keys()].join(", ")}.`,
  });
}
