/** The programs of the registries' pages. Each is also a file below `sdk/terraform/examples`, where tfplugindocs finds it. */

import {
  type TerraformResource,
  terraformDataSources,
  terraformResources,
} from "../../../../provider/resources/schema/terraform.ts";
import type { ResourceName } from "../../described.ts";
import { dataSourceProgram, documentationOf } from "../documentation.ts";

/** The first lines of a program. */
export const providerProgram = `terraform {
  required_providers {
    uko = { source = "pulumi-uko/uko" }
  }
}

provider "uko" {
  instance_id = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e"
  region      = "eu-de"
}`;

interface Program {
  readonly title: string;
  readonly hcl: string;
}

export interface ResourcePrograms {
  /** The first declares what the others refer to. */
  readonly programs: readonly [Program, ...Program[]];
  readonly importByIdentity: string;
  readonly importById: string;
  readonly importCommand: string;
}

export function resourcePrograms({ typeName, handlers, idNames }: TerraformResource): ResourcePrograms {
  const { examples, exampleId } = documentationOf(nameOf(handlers));
  const [first, ...others] = examples.flatMap(({ title, programs: { terraform: hcl } }) =>
    hcl === undefined ? [] : [{ title, hcl }],
  );
  const name = new RegExp(`^resource "${typeName}" "(\\w+)"`, "m").exec(first?.hcl ?? "")?.[1];
  if (first === undefined || name === undefined)
    throw new Error(`The first program of ${typeName} does not declare one`);
  const address = `${typeName}.${name}`;
  const parts = exampleId.split("/");
  const width = Math.max(...idNames.map((each) => each.length));
  const lines = idNames.map((each, index) => `    ${each.padEnd(width)} = "${parts[index]}"`);
  return {
    programs: [first, ...others],
    importByIdentity: `import {\n  to = ${address}\n  identity = {\n${lines.join("\n")}\n  }\n}`,
    importById: `import {\n  to = ${address}\n  id = "${exampleId}"\n}`,
    importCommand: `terraform import ${address} ${exampleId}`,
  };
}

/** The name of a resource in the texts of all interfaces. */
export function nameOf(handlers: TerraformResource["handlers"]): ResourceName {
  return `${handlers.slice(0, 1).toUpperCase()}${handlers.slice(1)}` as ResourceName;
}

export function listProgram({ typeName, listed }: TerraformResource): string {
  const config = listed.some(({ name }) => name === "vault_id")
    ? `\n\n  config {\n    vault_id = "5c1e0000-0000-4000-8000-000000000001"\n  }`
    : "";
  return `list "${typeName}" "all" {\n  provider = uko${config}\n}`;
}

/** Every file by its path below `examples`. The configuration files of one folder form one module, without the imports. */
export function exampleFiles(): ReadonlyMap<string, string> {
  const resources = [...terraformResources.values()].flatMap((resource) => {
    const folder = `resources/${resource.typeName}`;
    const { programs, importByIdentity, importById, importCommand } = resourcePrograms(resource);
    return [
      ...programs.map(({ title, hcl }, index) => [`${folder}/resource${index === 0 ? "" : slug(title)}.tf`, hcl]),
      [`${folder}/import-by-identity.tf`, importByIdentity],
      [`${folder}/import-by-string-id.tf`, importById],
      [`${folder}/import.sh`, importCommand],
      [`list-resources/${resource.typeName}/list-resource.tfquery.hcl`, listProgram(resource)],
    ] as const;
  });
  const dataSources = [...terraformDataSources.keys()].map(
    (typeName) => [`data-sources/${typeName}/data-source.tf`, dataSourceProgram(typeName)] as const,
  );
  const files = [["provider/provider.tf", providerProgram] as const, ...resources, ...dataSources];
  return new Map(files.map(([file = "", text = ""]) => [file, `${text.trim()}\n`]));
}

function slug(title: string): string {
  return `-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
}
