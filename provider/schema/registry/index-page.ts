/**
 * The first page that a reader of a registry sees: this provider's special features, a program, and
 * every setting.
 */

import { unwrapped } from "../documentation.ts";
import { providerAttributes } from "../provider-attributes.ts";
import { terraformProvider } from "../terraform.ts";
import { snake } from "../terraform-leaves.ts";
import { code, linkToGuide, linkToPage, pageText } from "./page.ts";
import { schemaSection } from "./schema-section.ts";

const program = `terraform {
  required_providers {
    uko = { source = "pulumi-uko/uko" }
  }
}

provider "uko" {
  instance_id = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e"
  region      = "eu-de"
}

resource "uko_managed_key" "payroll" {
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "payroll"
  label           = "payroll"
  deletion_reason = "Payroll moved to the new ledger"
}`;

export function indexPage(): string {
  return pageText({
    title: "uko Provider",
    description:
      "Vaults, keystores, key templates and keys of IBM Unified Key Orchestrator, with two people behind the end of every key.",
    isIndex: true,
    heading: "uko Provider",
    sections: [
      unwrapped(about),
      "## What is special here",
      special,
      "## Example Usage",
      code("terraform", program),
      "Credentials stay out of the program, so that each person acts as themselves:",
      code("shell", "export UKO_API_KEY=...\ntofu plan"),
      "## Settings",
      unwrapped(aboutSettings),
      settings(),
      unwrapped(aboutRuns),
      schemaSection(terraformProvider.attributes),
    ],
  });
}

const about = `The provider declares vaults, keystores, key templates and keys of IBM Unified Key Orchestrator (Hyper Protect Crypto
Services), and keys of Key Protect, and ends them properly: deactivate, wait more than 4 hours, destroy, wait for the keystores, remove.

~> **The end of a key takes several runs.** \`tofu destroy\` may be run again and again, by either of two people, on any day. Each run
takes the steps that are allowed then, says who or what is awaited, and keeps the key in the state until it is really gone. A wait shows
as an error, because this is how a resource stays in the state.

No real instance has been tested yet: everything here runs against ${linkToGuide("a local stand-in", "emulator.md")}. It is tested with
OpenTofu 1.12, and runs with Terraform 1.12 or newer: ${linkToGuide("what is tested", "support.md")}.`;

const aboutSettings = `Each may stand in the provider block or in the environment of a run. **The environment outweighs the block**, since the
second person has to run the destroy under their own credential; \`UKO_DUAL_AUTHORIZATION\` can only be stricter. Another \`instance_id\`
than that of a resource is an error, and never a replacement. An endpoint in the block has to be a documented address of its service,
without a port or a path; every other address takes the environment, and \`UKO_ALLOWED_HOSTS\`.`;

const aboutRuns = `For a single run, in the environment alone: \`UKO_CONSENT\` names the records that the run consents to, \`UKO_WAIT\` says how
long each deletion may wait within it, \`UKO_REPORT\` and \`UKO_EVIDENCE\` name files that get a line for each key and for each step.`;

const special = [
  "| question | answer |",
  "| --- | --- |",
  ...[
    [
      "What does a destroy that is not finished leave?",
      "an error that says who or what is awaited, and in the same moment the new state: `lifecycle_state`, `deletion_requested_by`, `deletion_record_id`, `deletion_not_before`",
    ],
    [
      "What does a plan say of a destroy?",
      "what the run will do, and what the whole way takes, before anybody says yes",
    ],
    [
      "Who are the two people?",
      `two persons under their own credentials, never a pipeline: ${linkToPage("two people", "guides/two-people.md")}`,
    ],
    ["Can a key be replaced?", "no: what cannot change is an error of the plan, which says what to do instead"],
    [
      "Where are secrets?",
      "in no state and in no plan: they are write-only attributes, given from a variable with `ephemeral = true`, since a plan file has the values of all others; `secret_digests` tells whether one changed",
    ],
    [
      "How does a run wait?",
      `\`UKO_WAIT=5h\`; Ctrl-C ends the wait at once and keeps the state: ${linkToPage("pipelines", "guides/pipelines.md")}`,
    ],
    [
      "How does a key come in?",
      `\`import\` blocks by id or by identity, \`existing_key_id\`, or a \`moved\` block ${linkToPage("from IBM's provider", "guides/from-ibm.md")}`,
    ],
  ].map(([question, answer]) => `| ${question} | ${answer} |`),
].join("\n");

function settings(): string {
  const rows = providerAttributes.map(({ name, isSecret }) => {
    const flat = snake(name);
    return `| \`${flat}\` | \`UKO_${flat.toUpperCase()}\` | ${isSecret ? "yes, so better left to the environment" : ""} |`;
  });
  return ["| setting | environment | secret |", "| --- | --- | --- |", ...rows].join("\n");
}
