/** The page provider/docs/reference/fidelity.md, rendered from the tables of the emulator. */

import { calls, type FidelityRow, unknowns } from "../../../provider/emulator/fidelity.ts";
import { profiles, switchDefaults } from "../../../provider/emulator/switches.ts";

export function fidelityMarkdown(): string {
  return `${[
    "# How faithful the emulator is",
    "Use this page to see what the emulator takes from IBM's documents, and what it assumes.\nIt is generated from `provider/emulator/fidelity.ts`; do not edit it.",
    summary([...calls, ...unknowns]),
    basis,
    "## Record what a real instance does",
    howToVerify,
    "## Calls",
    "As documented, unless a row of the next table says which part is assumed.",
    table(["call", "subject", "behavior", "basis", "source"], calls.map(fidelityCells)),
    "## What no source says",
    table(
      ["", "subject", "default behavior", "basis", "source", "switch"],
      unknowns.map((row: FidelityRow) => [...fidelityCells(row), code(row[5])]),
    ),
    "## Switches",
    table(
      ["switch", "default"],
      Object.entries(switchDefaults).map(([name, value]) => [code(name), code(String(value))]),
    ),
    "## Profiles",
    table(
      ["profile", "differs from the defaults in"],
      Object.entries(profiles).map(([name, choices]) => [code(name), choicesOf(choices)]),
    ),
  ].join("\n\n")}\n`;
}

const basis = `Each behavior has one of three bases:

- *documented*: IBM's public documents or SDKs say so;
- *assumed*: no source says. If the difference matters, a switch changes it, and \`uko emulator --profile\` selects useful sets of switches;
- *verified*: seen on a real instance. The table says when and where, and links to the record.

A source is a section of the contract, [uko-v4.md](../contract/uko-v4.md) or [kms-v2-and-iam.md](../contract/kms-v2-and-iam.md).
For each fact, the contract names IBM's document, SDK or provider, or says that the fact is inferred.`;

const howToVerify = `If you have an instance, you can verify an assumption.
For most rows, a vault and a key for tests are enough.

1. Make the call of the row, and keep request and response: status, headers, body. Leave out credentials, and IDs that must not become public.
2. If the instance does what the row says, replace the basis of the row in \`provider/emulator/fidelity.ts\` by \`{ on, where, record }\`: the day; the service with API version and region; where to read request and response.
3. If the instance does something else, change the emulator first, with a test that cites the record. If instances may differ, add a switch whose default is what you saw.
4. Run \`npx vitest run test/emulator/fidelity.test.ts --update\` to write this page.

\`uko doctor --probe-tags\` shows what a real instance does about U9 and the row *description*.`;

function summary(rows: readonly FidelityRow[]): string {
  const count = (wanted: string): number => rows.filter((row) => basisName(row) === wanted).length;
  const verified = count("verified");
  const seen =
    verified === 0
      ? "**No behavior has been seen on a real instance yet.**"
      : `**${verified} of ${rows.length} behaviors have been seen on a real instance.**`;
  return `${seen} Of ${rows.length} behaviors ${count("documented")} are documented, ${count("assumed")} assumed, ${verified} verified.`;
}

function basisName([, , , basis]: FidelityRow): string {
  return typeof basis === "string" ? basis : "verified";
}

/** The cells of one row, without its switch. */
export function fidelityCells([id, subject, behavior, basis, source]: FidelityRow): readonly string[] {
  const shown = typeof basis === "string" ? basis : `verified ${basis.on}, ${basis.where} ([record](${basis.record}))`;
  return [id, subject, behavior, shown, source];
}

function choicesOf(choices: Readonly<Record<string, unknown>>): string {
  const listed = Object.entries(choices).map(([name, value]) => code(`${name}: ${String(value)}`));
  return listed.length === 0 ? "nothing" : listed.join(", ");
}

const code = (text: string | undefined): string => (text === undefined ? "" : `\`${text}\``);

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
