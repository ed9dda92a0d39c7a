/**
 * Reads from an exported state of Pulumi, OpenTofu or Terraform what programs declare: the resources of every provider,
 * but none of an unfinished operation.
 */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { parseJson } from "../../text/json.ts";

const properties = z.record(z.string(), z.unknown());
const pulumiResource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
  protect: z.boolean().optional(),
  delete: z.boolean().optional(),
});
const pulumiExport = z.object({
  deployment: z.object({ resources: z.array(pulumiResource).default([]) }),
});
const terraformState = z.object({
  version: z.literal(4),
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.string(),
      type: z.string(),
      name: z.string(),
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

/** Any resource in a state, whichever provider it belongs to. */
export interface StateEntry {
  readonly form: "pulumi" | "terraform";
  readonly address: string;
  readonly type: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** `protect` in Pulumi; the states of OpenTofu and Terraform do not contain `prevent_destroy`. */
  readonly isProtected: boolean;
}

/** Throws UKO_INPUT_INVALID for anything but an export of Pulumi, a state file, or `tofu show -json`. */
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
  | { readonly form: "pulumi"; readonly resources: readonly z.infer<typeof pulumiResource>[] }
  | { readonly form: "terraform"; readonly instances: readonly TerraformInstance[] };

function parseContents(text: string): Contents {
  const json = parseJson(text);
  const pulumi = pulumiExport.safeParse(json);
  if (pulumi.success) return { form: "pulumi", resources: pulumi.data.deployment.resources };
  const file = terraformState.safeParse(json);
  if (file.success) return { form: "terraform", instances: file.data.resources.flatMap(instancesIn) };
  const shown = shownState.safeParse(json);
  if (!shown.success) throw unreadable();
  const root = shown.data.values?.root_module;
  return { form: "terraform", instances: (root === undefined ? [] : resourcesIn(root)).flatMap(shownInstance) };
}

function unreadable(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "This is not a state that uko can read",
    detail: "Export one with pulumi stack export, tofu show -json or terraform show -json, or name a state file.",
  });
}

interface TerraformInstance {
  readonly address: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

type StateFileResource = z.infer<typeof terraformState>["resources"][number];

/** The instances of a resource in a state file, such as `module.a.uko_managed_key.payroll["x"]`. */
function instancesIn({ module, mode, type, name, instances }: StateFileResource): TerraformInstance[] {
  if (mode !== "managed") return [];
  return instances.map(({ index_key: index, attributes }) => ({
    address: `${module === undefined ? "" : `${module}.`}${type}.${name}${index === undefined ? "" : `[${JSON.stringify(index)}]`}`,
    type,
    properties: attributes,
  }));
}

type ShownResource = z.infer<typeof shownResource>;

function resourcesIn({ resources = [], child_modules: children = [] }: ShownModule): ShownResource[] {
  return [...resources, ...children.flatMap(resourcesIn)];
}

function shownInstance({ address, mode, type, values }: ShownResource): TerraformInstance[] {
  return mode === "managed" ? [{ address, type, properties: values }] : [];
}
