/** Renders provider/docs/fidelity.md from the tables; a test compares the two. */

import type { FidelityEntry } from "./fidelity.ts";
import { calls } from "./fidelity-calls.ts";
import { unknowns } from "./fidelity-unknowns.ts";
import { profiles, switchDefaults } from "./switches.ts";

export function fidelityMarkdown(): string {
  return `${[
    "# How faithful the local UKO is",
    "Generated from `provider/emulator/fidelity-calls.ts` and `fidelity-unknowns.ts`; do not edit.",
    "No real instance has been tested yet. *Documented* means that IBM's public documents or SDKs say so; *assumed* that no source does. Where an assumption matters, a switch changes it, and `uko emulator --profile` names useful sets of them.",
    "## Calls",
    table(
      ["call", "subject", "behaviour", "basis", "source"],
      calls.map((entry) => row(entry)),
    ),
    "## What no source tells",
    table(
      ["", "subject", "default behaviour", "basis", "source", "switch"],
      unknowns.map((entry) => [...row(entry), switchOf(entry)]),
    ),
    "## Switches",
    table(
      ["switch", "default"],
      Object.entries(switchDefaults).map(([name, value]) => [`\`${name}\``, `\`${value}\``]),
    ),
    "## Profiles",
    table(
      ["profile", "differs from the defaults in"],
      Object.entries(profiles).map(([name, choices]) => [`\`${name}\``, choicesOf(choices)]),
    ),
  ].join("\n\n")}\n`;
}

function row(entry: FidelityEntry): readonly string[] {
  return [entry.id, entry.subject, entry.behaviour, entry.basis, entry.source];
}

function switchOf(entry: FidelityEntry): string {
  return entry.switch === undefined ? "" : `\`${entry.switch}\``;
}

function choicesOf(choices: Readonly<Record<string, unknown>>): string {
  const listed = Object.entries(choices).map(([name, value]) => `\`${name}: ${String(value)}\``);
  return listed.length === 0 ? "nothing" : listed.join(", ");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
