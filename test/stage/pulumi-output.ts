/** Leaves of Pulumi's output what it is about: what became of resources, and the provider's message. */

/** What was last said of a resource's progress may stand behind it. */
const resource =
  /^ [-+~] +\S+:(?:ManagedKey|KmsKey|KeyTemplate|Keystore|Vault) \S+ (?:created|updated|deleted)\b(?: \([\d.]+m?s\))?/;

/** The lines of a run that tell of resources, as Pulumi printed them; progress, headings of the stack and timings are left out. */
export function essenceOf(output: string): string {
  const [before = "", counts = ""] = output.split(/^Resources:\n/m);
  const [changes = "", diagnostics = ""] = before.split(/^Diagnostics:\n/m);
  const told = changes.split("\n").flatMap((line) => resource.exec(line)?.[0] ?? []);
  const blocks = blocksOf(diagnostics);
  if (blocks.length > 0) return [...told, ...blocks].join("\n");
  return [...told, "Resources:", counts.split("\n\n")[0]].join("\n");
}

/** Diagnostics come in blocks, one for each resource; that of the stack only repeats the others. */
function blocksOf(diagnostics: string): readonly string[] {
  return diagnostics
    .split(/^(?= {2}\S)/m)
    .filter((block) => block.trim() !== "" && !block.startsWith("  pulumi:pulumi:Stack "))
    .map((block) => block.replaceAll(/^ {2}/gm, "").trim());
}
