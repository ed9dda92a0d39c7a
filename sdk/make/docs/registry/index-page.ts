/**
 * The first page that a reader of a registry sees: this provider's special features, a program, and
 * every setting.
 */

import { terraformProvider, terraformResources } from "../../../../provider/resources/schema/terraform.ts";
import { runSettings, terraformSettings } from "../settings.ts";
import { providerProgram, resourcePrograms } from "./example-programs.ts";
import { code, eitherEngine, linkToGuide, linkToPage, pageText } from "./page.ts";
import { schemaSection } from "./schema-section.ts";

export function indexPage(): string {
  const keys = terraformResources.get("uko_managed_key");
  if (keys === undefined) throw new Error("There is no resource for keys");
  const [{ hcl }] = resourcePrograms(keys).programs;
  return pageText({
    title: "uko Provider",
    description:
      "Vaults, keystores, key templates and keys of IBM Unified Key Orchestrator. Deleting a key requires two people.",
    heading: "uko Provider",
    sections: [
      about,
      "## Example Usage",
      code("terraform", `${providerProgram}\n\n${hcl}`),
      `Keep credentials out of the configuration, so that each person runs under their own identity. ${eitherEngine}`,
      code("shell", "export UKO_API_KEY=...\nterraform plan"),
      "## What is special",
      special,
      "## Settings",
      aboutSettings,
      terraformSettings(),
      aboutRuns,
      runSettings(),
      schemaSection(terraformProvider.attributes),
    ],
  });
}

const about = `The provider manages vaults, keystores, key templates and keys of IBM Unified Key Orchestrator (Hyper Protect Crypto Services), and keys of Key Protect.
It deletes keys the way the service requires: deactivate, wait more than 4 hours, destroy, wait for the keystores, remove.

~> **Deleting a key takes several runs.** Either of two people can run a destroy again on any day. Each run takes the steps that are allowed now, says who or what it is waiting for, and keeps the key in state until it is gone. A wait shows as an error, because only an error keeps a resource in state.

The provider has not been tested with a real instance yet: it is tested with ${linkToGuide("an emulator", "reference/emulator.md")}.
It is tested with OpenTofu 1.12, and runs with Terraform 1.12 or newer: see ${linkToGuide("what is tested", "reference/compatibility.md")}.`;

const aboutSettings = `Set each one in the provider block or in the environment of a run. **The environment takes precedence over the block**, because the second person has to run the destroy under their own credential. \`UKO_DUAL_AUTHORIZATION\` can only make a run stricter.
A resource of another instance than \`instance_id\` is an error, and never replaced.
An endpoint in the block has to be a documented address of its service, without a port or a path. For all other addresses, use the environment and \`UKO_ALLOWED_HOSTS\`.`;

const aboutRuns = `Some settings apply to a single run, and exist in the environment only. ${linkToGuide("All settings", "reference/settings.md")} says who may set which.`;

const special = [
  "| question | answer |",
  "| --- | --- |",
  ...[
    [
      "What does an unfinished destroy leave?",
      "An error that says who or what it is waiting for, and the new state: `lifecycle_state`, `deletion_requested_by`, `deletion_record_id`, `deletion_not_before`.",
    ],
    [
      "What does a plan say about a destroy?",
      "What the run will do, and what the whole deletion involves, before you confirm.",
    ],
    [
      "Who are the two people?",
      `Two persons under their own credentials, never a pipeline: see ${linkToPage("two people", "guides/two-people.md")}.`,
    ],
    [
      "Can a key be replaced?",
      "No. A change of an attribute that cannot change is an error of the plan, which says what to do instead.",
    ],
    [
      "Where are secrets?",
      "In no state and in no plan. They are write-only attributes. Set them from a variable with `ephemeral = true`, because a plan file contains the values of all other variables. `secret_digests` shows whether a secret changed.",
    ],
    [
      "How does a run wait?",
      `\`UKO_WAIT=5h\`. Ctrl-C ends the wait at once and keeps the state: see ${linkToPage("pipelines", "guides/pipelines.md")}.`,
    ],
    [
      "How do I name a vault or a key?",
      `By its name, with ${linkToPage('`data "uko_vault"`', "data-sources/vault.md")} and ${linkToPage('`data "uko_managed_key"`', "data-sources/managed_key.md")}. Exactly one object must have the name.`,
    ],
    [
      "How do I keep a key from every deletion?",
      `With \`deletion_protection\`, or with ${linkToGuide("a hold", "reference/cli-undo.md#uko-hold")}, which also stops the runs of others. \`hold\` shows it.`,
    ],
    [
      "How do I test a configuration?",
      `With \`terraform test\` and ${linkToGuide("the emulator", "how-to/test-programs.md")}, without an account.`,
    ],
    [
      "How do I import a key?",
      `With an \`import\` block by ID or by identity, with \`existing_key_id\`, or with a \`moved\` block ${linkToPage("from IBM's provider", "guides/from-ibm.md")}.`,
    ],
  ].map(([question, response]) => `| ${question} | ${response} |`),
].join("\n");
