/**
 * Reads an exported state of Pulumi, OpenTofu or Terraform. For `uko doctor --state` it returns the resources of uko,
 * and each place from which the engine would take code: the text of a provider, or the address of a plugin. These
 * places are checked because a person who can edit the state could have foreign code run with a colleague's credential.
 * So the resources of unfinished operations are included. For campaigns it returns all resources, of whichever
 * provider, but no unfinished ones. Any text that is not such a state is refused.
 */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { parseJson } from "../../text/encodings.ts";

export type StateForm = "pulumi" | "terraform";

/** Where an engine gets the provider of a resource from, as far as state shows it. */
export interface StoredSource {
  /** The package as the engine names it: `uko`, `pulumi-nodejs`, `registry.opentofu.org/pulumi-uko/uko`. */
  readonly name: string;
  /** Each version and each download address in the state; an unedited state has one. */
  readonly versions: readonly string[];
  readonly downloadUrls: readonly string[];
  /** The plugin is a different one than the name says. */
  readonly isDisguised: boolean;
}

export interface StoredResource {
  readonly address: string;
  /** The type in the state: `ManagedKey`, `Vault` and so on. */
  readonly kind: string;
  readonly by: "dynamic" | "package" | "terraform";
  readonly id: string;
  /** Undefined if the state names a provider that it does not contain. */
  readonly source: StoredSource | undefined;
  /** Each text that the dynamic provider would run. */
  readonly providerTexts: readonly unknown[];
  readonly properties: Readonly<Record<string, unknown>>;
  /** Part of an operation that an earlier run did not finish. It does not declare the object. */
  readonly isPending: boolean;
}

export interface StoredState {
  readonly form: StateForm;
  readonly resources: readonly StoredResource[];
  /** Other entries in the state that make an engine run code from an address or text in the state. */
  readonly otherCode: readonly string[];
}

const properties = z.record(z.string(), z.unknown());
const pulumiResource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
  provider: z.string().optional(),
  protect: z.boolean().optional(),
  delete: z.boolean().optional(),
});
const pulumiExport = z.object({
  deployment: z.object({
    resources: z.array(pulumiResource).default([]),
    pending_operations: z.array(z.object({ type: z.string(), resource: pulumiResource })).nullish(),
  }),
});
const terraformState = z.object({
  version: z.literal(4),
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      provider: z.string(),
      instances: z.array(
        z.object({ index_key: z.union([z.string(), z.number()]).optional(), attributes: properties.default({}) }),
      ),
    }),
  ),
});
const shownResource = z.object({
  address: z.string(),
  mode: z.string(),
  type: z.string(),
  provider_name: z.string().optional(),
  values: properties.default({}),
});
interface ShownModule {
  readonly resources?: readonly z.infer<typeof shownResource>[] | undefined;
  readonly child_modules?: readonly ShownModule[] | undefined;
}
const shownModule: z.ZodType<ShownModule> = z.object({
  resources: z.array(shownResource).optional(),
  get child_modules() {
    return z.array(shownModule).optional();
  },
});
const shownState = z.object({
  format_version: z.string(),
  values: z.object({ root_module: shownModule }).optional(),
});

/** Throws UKO_INPUT_INVALID for anything but an export of Pulumi, a state file, or `tofu show -json`. */
export function readState(text: string): StoredState {
  const contents = parseContents(text);
  return contents.form === "pulumi" ? fromPulumi(contents) : fromTerraform(contents);
}

/** Any resource in a state, whichever provider it belongs to. */
export interface StateEntry {
  readonly form: StateForm;
  readonly address: string;
  readonly type: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** `protect` in Pulumi; the states of OpenTofu and Terraform do not contain `prevent_destroy`. */
  readonly isProtected: boolean;
}

/** Throws UKO_INPUT_INVALID as `readState` does. */
export function readEntries(text: string): readonly StateEntry[] {
  const contents = parseContents(text);
  if (contents.form === "pulumi") {
    // An entry that waits for its deletion after a replacement is no declaration.
    return contents.resources
      .filter((each) => each.delete !== true)
      .map(({ urn, type, id = "", inputs, outputs, protect = false }) => ({
        ...({ form: "pulumi", address: urn, type, id, isProtected: protect } as const),
        properties: { ...inputs, ...outputs },
      }));
  }
  return contents.instances.map(({ address, type, properties: attributes }) => ({
    ...({ form: "terraform", address, type, isProtected: false } as const),
    id: typeof attributes.id === "string" ? attributes.id : "",
    properties: attributes,
  }));
}

type Contents =
  | {
      readonly form: "pulumi";
      readonly resources: readonly PulumiResource[];
      readonly pending: readonly { readonly type: string; readonly resource: PulumiResource }[];
    }
  | {
      readonly form: "terraform";
      readonly instances: readonly TerraformInstance[];
      /** The addresses of all providers in the state, which `init` installs. */
      readonly providers: readonly string[];
    };

function parseContents(text: string): Contents {
  const json = parseJson(text);
  const pulumi = pulumiExport.safeParse(json);
  if (pulumi.success) {
    const { resources, pending_operations: pending } = pulumi.data.deployment;
    return { form: "pulumi", resources, pending: pending ?? [] };
  }
  const file = terraformState.safeParse(json);
  if (file.success) {
    const { resources } = file.data;
    const providers = resources.map(({ provider }) => addressOf(provider));
    return { form: "terraform", instances: resources.flatMap(instancesIn), providers };
  }
  const shown = shownState.safeParse(json);
  if (!shown.success) throw unreadable();
  const root = shown.data.values?.root_module;
  const all = root === undefined ? [] : resourcesIn(root);
  const providers = all.map(({ provider_name: provider = "" }) => provider);
  return { form: "terraform", instances: all.flatMap(shownInstance), providers };
}

function unreadable(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "This is not a state that uko can read",
    detail: "Export one with pulumi stack export, tofu show -json or terraform show -json, or name a state file.",
  });
}

type PulumiResource = z.infer<typeof pulumiResource>;
const dynamicPrefix = "pulumi-nodejs:dynamic/uko:";
const packagePrefix = "uko:";
const providerPrefix = "pulumi:providers:";

/**
 * Reads a Pulumi state. Pulumi keeps a pending creation in the state from run to run. A refresh in which a person
 * answers "import" turns it into a resource, whose code then runs. So its text is examined like that of a resource.
 */
function fromPulumi({ resources: stored, pending }: Extract<Contents, { form: "pulumi" }>): StoredState {
  const operations = new Map(pending.map(({ type, resource }) => [resource, type]));
  const all = [...stored, ...operations.keys()];
  const providers = new Map(
    all.flatMap((each) => (each.type.startsWith(providerPrefix) ? [[`${each.urn}::${each.id ?? ""}`, each]] : [])),
  );
  const isOurs = ({ type }: PulumiResource) => type.startsWith(dynamicPrefix) || type.startsWith(packagePrefix);
  const resources = all.filter(isOurs).map((each): StoredResource => {
    const by = each.type.startsWith(dynamicPrefix) ? "dynamic" : "package";
    const provider = providers.get(each.provider ?? "");
    const held = { ...each.inputs, ...each.outputs };
    const operation = operations.get(each);
    return {
      address: operation === undefined ? each.urn : `${each.urn} (pending operation: ${operation})`,
      isPending: operation !== undefined,
      kind: each.type.split(":").at(-1) ?? "",
      by,
      id: each.id ?? "",
      source: provider && sourceOf(provider),
      providerTexts: [each.inputs, each.outputs].flatMap((one) => (one && "__provider" in one ? [one.__provider] : [])),
      properties: held,
    };
  });
  const used = new Set(all.filter(isOurs).map(({ provider }) => provider));
  const otherCode = all.flatMap((each) => {
    if (isOurs(each)) return [];
    if (/^pulumi-(?:nodejs|python):dynamic/.test(each.type)) return [`${each.urn} runs code that the state holds`];
    if (!each.type.startsWith(providerPrefix) || used.has(`${each.urn}::${each.id ?? ""}`)) return [];
    return sourceOf(each).downloadUrls.map((url) => `${each.urn} comes from ${url}`);
  });
  return { form: "pulumi", resources, otherCode };
}

/**
 * The provider of a resource. Engines keep the download address at the top or within `__internal`, which may also name
 * a different plugin.
 */
function sourceOf({ type, inputs = {}, outputs = {} }: PulumiResource): StoredSource {
  const places = [inputs, outputs].flatMap((one) => [one, objectIn(one.__internal)]);
  const name = type.slice(providerPrefix.length);
  const internals = [objectIn(inputs.__internal), objectIn(outputs.__internal)];
  return {
    name,
    versions: textsIn([inputs, outputs], "version"),
    downloadUrls: textsIn(places, "pluginDownloadURL"),
    isDisguised: internals.some(
      (one) => "parameterization" in one || "version" in one || ("name" in one && one.name !== name),
    ),
  };
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** The different texts in these places. A value that is not a text, such as a secret, cannot be compared. */
function textsIn(places: readonly Readonly<Record<string, unknown>>[], name: string): readonly string[] {
  const values = places.map((place) => place[name]).filter((value) => value !== undefined && value !== "");
  return [...new Set(values.map((value) => (typeof value === "string" ? value : "a value that cannot be read")))];
}

type TerraformInstance = Pick<StoredResource, "address" | "properties"> & {
  readonly type: string;
  readonly provider: string;
};
const terraformPrefix = "uko_";

/** The hosts from which an engine installs a provider whose address does not name one. */
export const registryHosts: readonly string[] = ["registry.opentofu.org", "registry.terraform.io", "terraform.io"];

function fromTerraform({ instances, providers }: Extract<Contents, { form: "terraform" }>): StoredState {
  const resources = instances
    .filter(({ type }) => type.startsWith(terraformPrefix))
    .map(
      ({ address, type, provider, properties: attributes }): StoredResource => ({
        address,
        kind: camel(`_${type.slice(terraformPrefix.length)}`),
        by: "terraform",
        isPending: false,
        id: typeof attributes.id === "string" ? attributes.id : "",
        source: { name: provider, versions: [], downloadUrls: [], isDisguised: false },
        providerTexts: [],
        properties: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [camel(name), value])),
      }),
    );
  const elsewhere = providers.filter((each) => !registryHosts.includes(each.split("/")[0] ?? ""));
  const otherCode = [...new Set(elsewhere)].map((each) => `${each} is a provider of another host, which init installs`);
  return { form: "terraform", resources, otherCode };
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

type StateFileResource = z.infer<typeof terraformState>["resources"][number];

/**
 * The instances of a resource in a state file, such as `module.a.uko_managed_key.payroll["x"]`, with the provider
 * without its brackets.
 */
function instancesIn({ module, mode, type, name, provider, instances }: StateFileResource): TerraformInstance[] {
  if (mode !== "managed") return [];
  return instances.map(({ index_key: index, attributes }) => ({
    address: `${module === undefined ? "" : `${module}.`}${type}.${name}${index === undefined ? "" : `[${JSON.stringify(index)}]`}`,
    type,
    provider: addressOf(provider),
    properties: attributes,
  }));
}

function addressOf(provider: string): string {
  return /provider\["([^"]+)"\]/.exec(provider)?.[1] ?? provider;
}

type ShownResource = z.infer<typeof shownResource>;

function resourcesIn({ resources = [], child_modules: children = [] }: ShownModule): ShownResource[] {
  return [...resources, ...children.flatMap(resourcesIn)];
}

function shownInstance({ address, mode, type, provider_name: provider = "", values }: ShownResource) {
  return mode === "managed" ? [{ address, type, provider, properties: values }] : [];
}
