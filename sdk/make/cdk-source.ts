/** What a generator of CDK constructs wrote, made fit for our readers: our descriptions at everything, and no links to pages that nobody has. */

import type { AttributeSchema, BlockSchema } from "../../provider/schema/terraform-types.ts";

const construct = /^export class (\w+) extends \w+\.Terraform(?:Resource|DataSource|Provider) /m;

/** Answers the source of one construct; `schema` is what it was made from. Pure. */
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

/** Answers the module by which programs load all constructs, made from their sources by the folders they are in. Pure. */
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
