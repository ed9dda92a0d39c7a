/** The generated source of a CDK construct, with this project's descriptions and without links to pages that do not exist. */

import type { AttributeSchema, BlockSchema } from "../../provider/resources/schema/terraform-types.ts";

const construct = /^export class (\w+) extends \w+\.Terraform(?:Resource|DataSource|Provider) /m;

/** Returns the source of one construct, which was generated from `schema`. Pure. */
export function describedSource(generated: string, { block }: BlockSchema): string {
  const { index = 0 } = construct.exec(generated) ?? {};
  const before = generated
    .slice(0, index)
    .replace(/^\/\/ https:.*\n/, "")
    .replaceAll(/^ {2}\* *\n {2}\* Docs at Terraform Registry: .*\n/gm, "")
    .replace(/^\* Represents a \{@link .*$/m, `* ${block.description}`);
  const after = generated
    .slice(index)
    // CDK Terrain alone warns so, and would warn of setting a secret too.
    .replaceAll(/^ {2}\/\*\*\n.*@deprecated Write-only: .*\n {2}\*\/\n/gm, "")
    .replaceAll(/\{@link \S+ ([^}]+)\}/g, "$1")
    // Where a value is read; the generators describe it only where it is given.
    .replaceAll(
      /^ {2}\/\/ (\w+) - computed: .*\n((?: {2}private .*\n)?)(?= {2}public get )/gm,
      (found, name: string, field: string) => {
        const attribute = block.attributes[name];
        return attribute === undefined ? found : `${field}  /** ${sentencesOf(attribute)} */\n`;
      },
    );
  return before + after;
}

/** Returns the module through which programs load all constructs; `sources` are by folder. Pure. */
export function indexSource(sources: ReadonlyMap<string, string>): string {
  const lines = [...sources].map(([folder, source]) => {
    const name = construct.exec(source)?.[1];
    return `export { ${name}, type ${name}Config } from "./${folder}/index";\n`;
  });
  return lines.join("");
}

function sentencesOf({ description, write_only }: AttributeSchema): string {
  return write_only ? `${description} Reading it returns null.` : description;
}
