/**
 * The Pulumi names of everything in the Terraform provider, in the form that `pulumi convert --from
 * terraform` reads: info.MarshallableProvider of pulumi/pulumi-terraform-bridge (3.120.0).
 */

import type { AttributeType } from "../../../provider/resources/schema/attributes.ts";
import {
  type TerraformAttribute,
  type TerraformBlock,
  terraformDataSources,
  terraformProvider,
  terraformResources,
} from "../../../provider/resources/schema/terraform.ts";
import { membersOf } from "../../../provider/resources/schema/terraform-leaves.ts";
import { capital } from "../../../provider/text/printable.ts";

/** ValueType of pkg/tfshim/shim.go. */
const valueTypes = { boolean: 1, integer: 2, number: 3, string: 4, enum: 4, list: 5, map: 6 } as const;

interface ShimSchema {
  readonly type: number;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
  readonly sensitive?: true;
  readonly element?: ShimElement;
}

type ShimElement = { readonly schema: ShimSchema } | { readonly resource: ShimResource };
type ShimResource = Readonly<Record<string, ShimSchema>>;

interface FieldName {
  readonly name: string;
  readonly element?: { readonly fields: Readonly<Record<string, FieldName>> };
}

interface Mapped {
  readonly tok: string;
  readonly fields: Readonly<Record<string, FieldName>>;
}

export interface TerraformMapping {
  readonly name: string;
  readonly provider: {
    readonly schema: ShimResource;
    readonly resources: Readonly<Record<string, ShimResource>>;
    readonly dataSources: Readonly<Record<string, ShimResource>>;
  };
  readonly config: Mapped["fields"];
  readonly resources: Readonly<Record<string, Mapped>>;
  readonly dataSources: Readonly<Record<string, Mapped>>;
}

/** Returns the mapping. It has no version: the plugin adds its own. */
export function terraformMapping(): TerraformMapping {
  return {
    name: "uko",
    provider: {
      schema: shimOf(terraformProvider),
      resources: eachBlock(terraformResources, shimOf),
      dataSources: eachBlock(terraformDataSources, shimOf),
    },
    config: fieldsOf(terraformProvider),
    resources: eachBlock(terraformResources, (each) => mapped(capital(each.handlers), each)),
    dataSources: eachBlock(terraformDataSources, (each) => mapped(each.question, each)),
  };
}

function mapped(name: string, block: TerraformBlock): Mapped {
  return { tok: `uko:index:${name}`, fields: fieldsOf(block) };
}

/**
 * The attributes that a property of Pulumi has. An attribute that Terraform has flat and Pulumi in
 * an object (`aws_region`, `aws.region`) cannot be expressed, so its name is the default one.
 */
function attributesOf({ attributes }: TerraformBlock): readonly TerraformAttribute[] {
  return attributes.filter(({ path }) => path.length > 0);
}

function fieldsOf(block: TerraformBlock): Mapped["fields"] {
  return Object.fromEntries(
    attributesOf(block).flatMap(({ name, path, type }) => (path.length > 1 ? [] : [[name, fieldOf(path, type)]])),
  );
}

function fieldOf(path: readonly string[], type: AttributeType): FieldName {
  const [name = ""] = path;
  if (type.kind !== "list" || type.element.kind !== "object") return { name };
  const members = membersOf(type.element).filter((member) => member.path.length === 1);
  return {
    name,
    element: { fields: Object.fromEntries(members.map((member) => [member.name, fieldOf(member.path, member.type)])) },
  };
}

function shimOf(block: TerraformBlock): ShimResource {
  return Object.fromEntries(
    attributesOf(block).map(({ name, type, schema: { required, optional, computed, sensitive } }) => [
      name,
      {
        ...typeOf(type),
        ...(required && { required }),
        ...(optional && { optional }),
        ...(computed && { computed }),
        ...(sensitive && { sensitive }),
      },
    ]),
  );
}

function typeOf(type: AttributeType): Pick<ShimSchema, "type" | "element"> {
  if (type.kind === "object") throw new Error("An object stands in a list only, because the schema is flat");
  const value = { type: valueTypes[type.kind] };
  if (type.kind !== "list" && type.kind !== "map") return value;
  const { element } = type;
  if (element.kind !== "object") return { ...value, element: { schema: typeOf(element) } };
  const members = membersOf(element).map(
    (member) => [member.name, { ...typeOf(member.type), computed: true }] as const,
  );
  return { ...value, element: { resource: Object.fromEntries(members) } };
}

function eachBlock<Block, Result>(
  blocks: ReadonlyMap<string, Block>,
  make: (block: Block) => Result,
): Readonly<Record<string, Result>> {
  return Object.fromEntries([...blocks].map(([name, block]) => [name, make(block)]));
}
