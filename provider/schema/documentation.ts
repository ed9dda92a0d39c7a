/**
 * The text of each resource beyond its one sentence: the effect of destroy, first programs, and
 * imports.
 */

import type { Example } from "./examples/example.ts";
import { keyTemplateExamples } from "./examples/key-template.ts";
import { keystoreExamples } from "./examples/keystore.ts";
import { kmsKeyExamples } from "./examples/kms-key.ts";
import { managedKeyExamples } from "./examples/managed-key.ts";
import { vaultExamples } from "./examples/vault.ts";

export interface Documentation {
  /** `{again}` and `{protect}` are placeholders for a door's own words. */
  readonly destroy: string;
  readonly examples: readonly Example[];
  /** The ID of an example in the form of `idForm`. */
  readonly exampleId: string;
}

const vaultId = "5c1e0000-0000-4000-8000-000000000001";

export const documentation = {
  ManagedKey: {
    destroy: `Destroying a managed key ends it for everybody, so two people stand behind it, and it takes days. Each run takes the steps
that are allowed then, and stops with a message that says who or what is awaited; this shows as an error, and the resource stays in the
state. Run it again on any day, as either person, {again}:

1. The first run asks: a consent record is written on the key, and nothing stops working.
2. A second person names that record (\`UKO_CONSENT=<id>\`): the key is deactivated, and everything that needs it stops working. There is
   a way back: \`uko reactivate\`.
3. More than 4 hours later, another person names the record that the second run left: the key is destroyed. There is no way back.
4. After the pending period of its keystores, 7 to 90 days, its record is removed and the resource leaves the state.

Protect what must stay with {protect} or \`deletionProtection\`. A change of an input never replaces a key.`,
    examples: managedKeyExamples,
    exampleId: `${vaultId}/9b2d0000-0000-4000-8000-000000000002`,
  },
  Vault: {
    destroy: `Destroying a vault deletes it once it is empty: it waits for its keystores, for templates that are not archived, and for every
key until its record is removed. The message names what is still there. Nothing in it is ever deleted along with it.`,
    examples: vaultExamples,
    exampleId: vaultId,
  },
  Keystore: {
    destroy: `Destroying a keystore deletes it once no key is installed there and no record of a destroyed key is left that was; an internal one
also waits for KMS to forget its destroyed keys, up to 90 days. It is never deleted by force, and its keys are never deleted along with it.`,
    examples: keystoreExamples,
    exampleId: `${vaultId}/4a7c0000-0000-4000-8000-000000000003`,
  },
  KeyTemplate: {
    destroy: `Destroying a template deletes it once the record of every key that was made from it is removed. Its keys are never deleted along
with it. With \`archived\` it makes no new keys, and stays.`,
    examples: keyTemplateExamples,
    exampleId: `${vaultId}/6d1f0000-0000-4000-8000-000000000004`,
  },
  KmsKey: {
    destroy: `Destroying a KMS key takes two people by KMS's own dual authorization: the first run sets the key for deletion, and nothing stops
working. Within 7 days another person names that window (\`UKO_CONSENT=<keyId>@<end of the window>\`), and the key is destroyed:
everything that it wraps can no longer be read. For 30 days it can be brought back: adopt it with \`existingKeyId\` and a \`restoreTrigger\`.
A run that waits shows as an error and leaves the resource in the state; run it again as either person.`,
    examples: kmsKeyExamples,
    exampleId: "c0ffee00-0000-4000-8000-000000000005",
  },
} as const satisfies Record<string, Documentation>;

/** A door's words for a repeated run, and for its engine's own protection. */
export interface DestroyWords {
  readonly again: string;
  readonly protect: string;
}

export const pulumiWords: DestroyWords = { again: "best with `--continue-on-error`", protect: "`protect`" };

/** Returns the effect of destroy, in the words of one door. */
export function describeDestroy(name: keyof typeof documentation, { again, protect }: DestroyWords): string {
  return documentation[name].destroy.replace("{again}", again).replace("{protect}", protect);
}

const fences = ["typescript", "python", "go", "yaml"] as const;

/**
 * Returns Markdown with the markers by which each language's documentation finds its own programs.
 */
export function describeResource(name: keyof typeof documentation, summary: string, idForm: string): string {
  const { examples, exampleId } = documentation[name];
  const programs = examples.map(
    (example) =>
      `{{% example %}}\n### ${example.title}\n\n${fences
        .map((language) => `\`\`\`${language}\n${example[language]}\n\`\`\``)
        .join("\n")}\n{{% /example %}}`,
  );
  return [
    summary,
    `## What destroy does\n\n${unwrapped(describeDestroy(name, pulumiWords))}`,
    `{{% examples %}}\n## Example Usage\n\n${programs.join("\n\n")}\n{{% /examples %}}`,
    `## Import\n\nThe id is \`${idForm}\`; nothing else has to be known.\n\n\`\`\`sh\n$ pulumi import uko:index:${name} example ${exampleId}\n\`\`\``,
  ].join("\n\n");
}

/** A paragraph is one line, because some languages' documentation keeps every line break. */
export function unwrapped(text: string): string {
  return text.replaceAll(/(?<!\n)\n(?!\n|[0-9]+\. )\s*/g, " ");
}
