/** Renders provider/docs/fidelity.md from the tables; a test compares the two. */

import type { FidelityEntry } from "./fidelity.ts";
import { calls } from "./fidelity-calls.ts";
import { unknowns } from "./fidelity-unknowns.ts";
import { profiles, switchDefaults } from "./switches.ts";

export function fidelityMarkdown(): string {
  const all: readonly FidelityEntry[] = [...calls, ...unknowns];
  return `${[
    "# How faithful the local UKO is",
    "Generated from `provider/emulator/fidelity-calls.ts` and `fidelity-unknowns.ts`; do not edit.",
    summary(all),
    grounds,
    "## Recording what a real instance does",
    howToVerify,
    "## Calls",
    "As documented, unless a line of the next table says what of it is assumed.",
    table(
      ["call", "subject", "behaviour", "basis", "source"],
      calls.map((entry) => fidelityRow(entry)),
    ),
    "## What no source tells",
    table(
      ["", "subject", "default behaviour", "basis", "source", "switch"],
      unknowns.map((entry) => [...fidelityRow(entry), switchOf(entry)]),
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

const grounds = [
  "Each behaviour stands on one of three grounds:",
  "",
  "- *documented*: IBM's public documents or SDKs say so;",
  "- *assumed*: no source says. Where it matters a switch changes it, and `uko emulator --profile` names useful sets of switches;",
  "- *verified*: somebody saw it on a real instance, and the table says when, where, and where that can be read.",
  "",
  "A source is a section of the contract, [uko-v4.md](contract/uko-v4.md) or [kms-v2-and-iam.md](contract/kms-v2-and-iam.md), which names IBM's document, SDK or provider for each fact, or says that it is inferred.",
].join("\n");

const howToVerify = [
  "Whoever has an instance can turn an assumption into knowledge; a vault and a key that nobody needs are enough for most rows.",
  "",
  "1. Make the call of the row, and keep request and answer: status, headers, body; without credentials, and with ids that may be seen.",
  "2. If the instance does what the row says, give its entry in `provider/emulator/fidelity-*.ts` the basis `verified` with `verified: { on, where, record }`: the day, the service with API version and region, and where request and answer can be read.",
  "3. If it does something else, change the local UKO first, with a test that cites the record; where instances may differ, as a switch whose default is what was seen.",
  "4. `npx vitest run test/emulator/fidelity.test.ts --update` writes this page.",
  "",
  "`uko doctor --probe-tags` tells of U9 and of the row *description* what a real instance does.",
].join("\n");

function summary(entries: readonly FidelityEntry[]): string {
  const count = (basis: FidelityEntry["basis"]): number => entries.filter((entry) => entry.basis === basis).length;
  const verified = count("verified");
  const seen =
    verified === 0
      ? "**No behaviour has been seen on a real instance yet.**"
      : `**${verified} of ${entries.length} behaviours have been seen on a real instance.**`;
  return `${seen} Of ${entries.length} behaviours ${count("documented")} are documented, ${count("assumed")} assumed, ${verified} verified.`;
}

/** The cells of one entry. */
export function fidelityRow(entry: FidelityEntry): readonly string[] {
  return [entry.id, entry.subject, entry.behaviour, groundOf(entry), entry.source];
}

function groundOf(entry: FidelityEntry): string {
  if (entry.basis !== "verified") return entry.basis;
  const { on, where, record } = entry.verified;
  return `verified ${on}, ${where} ([record](${record}))`;
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
