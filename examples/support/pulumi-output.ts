/** Leaves of Pulumi's output what it is about: what became of resources, and the provider's message. */

const resource = /^ [-+~] +\S+:(?:ManagedKey|KmsKey|KeyTemplate|Keystore|Vault) \S+ (created|updated|deleted)\b/;

/** The lines of a run that tell of resources, as Pulumi printed them; progress, headings of the stack and timings are left out. */
export function essenceOf(output: string): string {
  const [progress = "", diagnostics] = output.split(/^Diagnostics:\n/m);
  if (diagnostics !== undefined) return blocksOf(diagnostics.split(/^Resources:\n/m)[0] ?? "").join("\n");
  const [changes = "", counts = ""] = progress.split(/^Resources:\n/m);
  const told = changes.split("\n").filter((line) => resource.test(line));
  return [...told, "Resources:", counts.split("\n\n")[0]].join("\n");
}

/** Diagnostics come in blocks, one for each resource; that of the stack only repeats the others. */
function blocksOf(diagnostics: string): readonly string[] {
  return diagnostics
    .split(/^(?= {2}\S)/m)
    .filter((block) => block.trim() !== "" && !block.startsWith("  pulumi:pulumi:Stack "))
    .map((block) => block.replaceAll(/^ {2}/gm, "").trim());
}
