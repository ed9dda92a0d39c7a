/**
 * Builds the Terraform provider's schema from the definitions of the resources and functions. For each attribute, the
 * file also records its path in the definition, and whether a plan takes the value from the configuration, the state or
 * the service.
 */

import type * as z from "zod";
import { capital } from "../../text/printable.ts";
import { functions } from "../functions.ts";
import { type ResourceName, resourceNames, resources } from "../registry.ts";
import {
  type Attribute,
  type AttributeType,
  argumentAttributes,
  type Described,
  describeInput,
  inputAttributes,
  outputAttributes,
  resultAttributes,
} from "./attributes.ts";
import { providerAttributes } from "./provider-attributes.ts";
import { type Leaf, leavesOf, membersOf, snake, valueTypeOf } from "./terraform-leaves.ts";
import type { AttributeSchema, BlockSchema, IdentitySchema, ProviderSchema } from "./terraform-types.ts";

/** The address of the provider; in Terraform's own registry it has the same name. */
export const providerAddress = "registry.opentofu.org/pulumi-uko/uko";

/**
 * Where the planned value of an attribute comes from. `required` and `steering` come only from the configuration, and a
 * `preset` has a default. A `kept` trigger keeps its value if the configuration omits it, so that its return requests
 * nothing. The service fills in the rest. A `secret` is in no state; `digests` show whether it changed. `timeouts` is the
 * block that only the host knows.
 */
export type Role =
  | "required"
  | "steering"
  | "preset"
  | "kept"
  | "service"
  | "secret"
  | "output"
  | "id"
  | "digests"
  | "timeouts";

export interface TerraformAttribute extends Leaf {
  readonly role: Role;
  readonly schema: AttributeSchema;
}

/** A resource or data source: its attributes by name, and its block in the engines' form. */
export interface TerraformBlock {
  readonly typeName: string;
  readonly attributes: readonly TerraformAttribute[];
  readonly block: BlockSchema;
}

export interface TerraformResource extends TerraformBlock {
  readonly handlers: ResourceName;
  readonly noun: string;
  /** The names in `idForm`, which identify an object together with the instance's. */
  readonly idNames: readonly string[];
  /** Attributes that no two objects share in the service; empty if two objects may have one name. */
  readonly uniqueNames: readonly string[];
  readonly identity: IdentitySchema;
  /** The question that lists it, and the list's filter. */
  readonly listQuestion: keyof typeof functions;
  readonly listed: readonly TerraformAttribute[];
  readonly listBlock: BlockSchema;
}

export interface TerraformDataSource extends TerraformBlock {
  readonly question: keyof typeof functions;
  /** For a single resource: the parts of its ID. */
  readonly idNames: readonly string[];
}

const definitions: Readonly<Record<ResourceName, Described>> = resources;

/** Digests of the secrets that were last sent, by the names of their attributes. */
export const digestsName = "secret_digests";

const flags = {
  required: { required: true },
  steering: { optional: true },
  preset: { optional: true, computed: true },
  kept: { optional: true, computed: true },
  service: { optional: true, computed: true },
  secret: { optional: true, sensitive: true, write_only: true },
  output: { computed: true },
  id: { computed: true },
  digests: { computed: true, sensitive: true },
  timeouts: { optional: true },
} as const satisfies Record<Role, Partial<AttributeSchema>>;

const text: AttributeType = { kind: "string" };

const deleteTimeout: Attribute = {
  name: "delete",
  type: text,
  description:
    "How long a destroy may wait for people and for time before it stops, such as `30m`, `5h` or `7d`. Without it, a destroy does not wait. `UKO_WAIT` takes precedence.",
  isRequired: false,
  isSecret: false,
};
/** The block `timeouts`, as in other providers. State keeps it, because a destroy has no configuration. */
const timeoutsBlock: TerraformAttribute = {
  ...{ name: "timeouts", path: [], description: "", isRequired: false, isSecret: false },
  type: { kind: "object", description: "", attributes: [deleteTimeout] },
  role: "timeouts",
  schema: { description: "", description_kind: "markdown", ...flags.timeouts },
};
const nestedTimeouts: NonNullable<BlockSchema["block"]["block_types"]>[string] = {
  nesting_mode: "single",
  block: {
    attributes: {
      delete: {
        ...{ type: "string", description: deleteTimeout.description, description_kind: "markdown" },
        ...flags.timeouts,
      },
    },
    description_kind: "markdown",
  },
};

export const terraformResources: ReadonlyMap<string, TerraformResource> = byTypeName(resourceNames.map(resourceOf));

export const terraformDataSources: ReadonlyMap<string, TerraformDataSource> = byTypeName(
  (Object.keys(functions) as (keyof typeof functions)[]).map(dataSourceOf),
);

/** The provider's own settings. */
export const terraformProvider: TerraformBlock = {
  typeName: "uko",
  ...blockOf(
    leavesOf(providerAttributes).map((leaf) => attributeOf(leaf, "steering", leaf.isSecret ? { sensitive: true } : {})),
    "Location of the service, and the caller. The environment of a run takes precedence over these settings.",
  ),
};

/** One provider as `tofu providers schema -json` prints it. */
export function terraformSchema(): ProviderSchema {
  const blocks = (all: ReadonlyMap<string, TerraformBlock>) =>
    Object.fromEntries([...all].map(([name, { block }]) => [name, block]));
  return {
    provider: terraformProvider.block,
    resource_schemas: blocks(terraformResources),
    data_source_schemas: blocks(terraformDataSources),
    resource_identity_schemas: Object.fromEntries(
      [...terraformResources].map(([name, { identity }]) => [name, identity]),
    ),
  };
}

function resourceOf(handlers: ResourceName): TerraformResource {
  const definition = definitions[handlers];
  const inputs = leavesOf(inputAttributes(definition));
  const isInput = new Set(inputs.map(({ name }) => name));
  const allOutputs = leavesOf(outputAttributes(definition));
  const outputs = allOutputs.filter(({ name }) => !isInput.has(name));
  const secrets = inputs.filter(({ isSecret }) => isSecret);
  const idNames = namesIn(definition.idForm);
  const listQuestion = `list${capital(handlers)}s` as const;
  const list = functions[listQuestion] as unknown as Parameters<typeof argumentAttributes>[0];
  const narrowed = blockOf(
    leavesOf(argumentAttributes(list)).map((leaf) => attributeOf(leaf, leaf.isRequired ? "required" : "steering")),
    "",
  );
  const attributes = [
    ...inputs.map((leaf) => attributeOf(leaf, roleOf(leaf))),
    ...outputs.map((leaf) => attributeOf(leaf, "output")),
    idAttribute(definition.idForm),
    ...(secrets.length > 0 ? [digestsAttribute(secrets)] : []),
    timeoutsBlock,
  ];
  return {
    typeName: `uko_${snake(handlers)}`,
    handlers,
    noun: definition.noun,
    idNames,
    uniqueNames: (definition.uniqueBy ?? []).map(snake),
    ...blockOf(attributes, definition.summary),
    identity: identityOf(idNames, allOutputs),
    listQuestion,
    listed: narrowed.attributes,
    listBlock: narrowed.block,
  };
}

function roleOf({ inputRole, isRequired, isSecret, preset }: Leaf): Role {
  if (isSecret) return "secret";
  if (isRequired) return "required";
  if (preset !== undefined) return "preset";
  if (inputRole === "trigger" || inputRole === "adoption") return "kept";
  return inputRole === undefined ? "service" : "steering";
}

function attributeOf(leaf: Leaf, role: Role, more: Partial<AttributeSchema> = {}): TerraformAttribute {
  const schema: AttributeSchema = {
    ...typeOf(leaf.type),
    description: role === "output" ? leaf.description : describeInput(leaf),
    description_kind: "markdown",
    ...flags[role],
    ...more,
  };
  return { ...leaf, role, schema };
}

/** A list of objects comes only from the service. */
function typeOf(type: AttributeType): Pick<AttributeSchema, "type" | "nested_type"> {
  if (type.kind !== "list" || type.element.kind !== "object") return { type: valueTypeOf(type) };
  const members = membersOf(type.element).map((leaf) => [leaf.name, attributeOf(leaf, "output").schema]);
  return { nested_type: { nesting_mode: "list", attributes: Object.fromEntries(members) } };
}

function idAttribute(idForm: string): TerraformAttribute {
  const description = `Import ID: \`${snakeWords(idForm)}\`.`;
  return attributeOf({ name: "id", path: [], type: text, description, isRequired: false, isSecret: false }, "id");
}

function digestsAttribute(secrets: readonly Leaf[]): TerraformAttribute {
  const names = secrets.map(({ name }) => `\`${name}\``).join(", ");
  const description = `Salted digests (scrypt) of the secrets that were last sent, by name (${names}). They show that a secret changed, never the secret.`;
  const type: AttributeType = { kind: "map", element: text };
  return attributeOf({ name: digestsName, path: [], type, description, isRequired: false, isSecret: true }, "digests");
}

function identityOf(idNames: readonly string[], outputs: readonly Leaf[]): IdentitySchema {
  const attributes = ["instance_id", ...idNames].map((name) => {
    const description = outputs.find((leaf) => leaf.name === name)?.description ?? name;
    // The provider knows its instance, so the attribute is optional; if it names another instance,
    // it is rejected.
    const isKnown = name === "instance_id";
    const use = isKnown ? ({ optional_for_import: true } as const) : ({ required_for_import: true } as const);
    return [name, { type: "string", description, ...use }] as const;
  });
  return { version: 0, attributes: Object.fromEntries(attributes) };
}

function dataSourceOf(question: keyof typeof functions): TerraformDataSource {
  const { summary, args, result } = functions[question];
  const given = leavesOf(argumentAttributes({ args: args as z.ZodType<object> }));
  const handlers = resourceNames.find((name) => question === `get${capital(name)}`);
  const listed = resourceNames.find((name) => question === `list${capital(name)}s`);
  const answered =
    handlers !== undefined
      ? shownOf(handlers)
      : listed !== undefined
        ? [listAttribute(listed, summary)]
        : resultAttributes(result);
  const isGiven = new Set(given.map(({ name }) => name));
  const idForm = handlers === undefined ? undefined : definitions[handlers].idForm;
  const isAnswered = new Set(leavesOf(answered).map(({ name }) => name));
  // Of the ID and the name, the configuration sets one, and the service returns the other.
  const roleIn = ({ name, isRequired }: Leaf): Role =>
    isRequired ? "required" : isAnswered.has(name) ? "service" : "steering";
  const attributes = [
    ...given.map((leaf) => attributeOf(leaf, roleIn(leaf))),
    ...leavesOf(answered)
      .filter(({ name, isSecret }) => !isGiven.has(name) && !isSecret)
      .map((leaf) => attributeOf(leaf, "output")),
    ...(idForm === undefined ? [] : [idAttribute(idForm)]),
  ];
  return {
    typeName: `uko_${typeNameOf(question)}`,
    question,
    idNames: idForm === undefined ? [] : namesIn(idForm),
    ...blockOf(attributes, summary),
  };
}

/**
 * The attributes that a data source shows. Settings that only control uko are left out, because the service does not have
 * them.
 */
function shownOf(handlers: ResourceName): readonly Attribute[] {
  return outputAttributes(definitions[handlers]).filter(({ role }) => role === undefined);
}

/** A listed object has the description of its resource. */
function listAttribute(listed: ResourceName, description: string): Attribute {
  const { summary } = definitions[listed];
  const element: AttributeType = { kind: "object", description: summary, attributes: shownOf(listed) };
  return { name: `${listed}s`, description, type: { kind: "list", element }, isRequired: true, isSecret: false };
}

/**
 * `getManagedKey` becomes `uko_managed_key`, `listVaults` `uko_vaults`, `planDeletion`
 * `uko_deletion_plan`.
 */
function typeNameOf(question: string): string {
  if (question === "planDeletion") return "deletion_plan";
  return snake(question.replace(/^(?:get|list)(?<first>[A-Z])/, (_all, first: string) => first.toLowerCase()));
}

function blockOf(
  attributes: readonly TerraformAttribute[],
  description: string,
): Pick<TerraformBlock, "attributes" | "block"> {
  const sorted = [...attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = sorted.find(({ name }, index) => sorted[index + 1]?.name === name);
  if (twice !== undefined) throw new Error(`Two attributes are called ${twice.name}`);
  const own = sorted.filter(({ role }) => role !== "timeouts");
  const blocks = sorted.filter(({ role }) => role === "timeouts");
  return {
    attributes: sorted,
    block: {
      version: 0,
      block: {
        attributes: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
        ...(blocks.length > 0 && { block_types: Object.fromEntries(blocks.map(({ name }) => [name, nestedTimeouts])) }),
        ...(description === "" ? { description_kind: "plain" } : { description, description_kind: "markdown" }),
      },
    },
  };
}

function byTypeName<Block extends TerraformBlock>(blocks: readonly Block[]): ReadonlyMap<string, Block> {
  return new Map([...blocks].sort((a, b) => (a.typeName < b.typeName ? -1 : 1)).map((each) => [each.typeName, each]));
}

/** `<vaultId>/<keyId>` has `vault_id` and `key_id`. */
function namesIn(idForm: string): readonly string[] {
  return Array.from(idForm.matchAll(/<(\w+)>/g), ([, name = ""]) => snake(name));
}

function snakeWords(idForm: string): string {
  return idForm.replace(/\w+/g, snake);
}
