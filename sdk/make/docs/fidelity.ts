/** The page provider/docs/reference/fidelity.md, rendered from the tables of the emulator and from recordings. */

import { calls, type FidelityRow, unknowns } from "../../../provider/emulator/store/fidelity.ts";
import { profiles, switchDefaults } from "../../../provider/emulator/store/switches.ts";
import { deletionRows } from "../../../provider/probe/deletion-rows.ts";
import { probeRows } from "../../../provider/probe/rows.ts";
import { type Recording, recordings, seenRows } from "./recordings.ts";

export function fidelityMarkdown(found: readonly Recording[] = recordings()): string {
  const seen = seenRows(found);
  const cellsOf = (row: FidelityRow) => fidelityCells(row, seen);
  return `${[
    "# How faithful the emulator is",
    "What the emulator takes from IBM's documents, and what it assumes.\nIt is generated from `provider/emulator/store/fidelity.ts` and the recordings in `test/recordings`; do not edit it.",
    summary([...calls, ...unknowns], seen),
    basis,
    "## Record what a real instance does",
    howToVerify,
    "## Calls",
    "As documented, unless a row of the next table says which part is assumed.",
    table(["call", "subject", "behavior", "basis", "source", "seen"], calls.map(cellsOf)),
    "## What no source says",
    table(
      ["", "subject", "default behavior", "basis", "source", "seen", "switch"],
      unknowns.map((row: FidelityRow) => [...cellsOf(row), code(row[5])]),
    ),
    "## What no recording shows",
    ways([...calls, ...unknowns]),
    table(
      ["rows", "what an answer needs"],
      Object.entries(other).map(([need, says]) => [unprobed[need as keyof typeof other].join("; "), says]),
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

const other = {
  write: "a write that no ordinary deletion makes",
  role: "a role that is limited to single vaults, or one role alone",
  second: "a step that the rule of two people forbids",
  container: "a vault, keystore or template of its own, which may cost money",
  hour: "an hour between two rotations, and its older versions stay",
  days: "days or months of waiting",
  kmsKey: "a KMS key of its own, whose metadata stays for 90 days",
  danger: "a call that uko never sends, because it can erase the metadata of a key that still exists",
  fault: "a keystore that fails",
  use: "a resource that uses a key and has a retention policy",
  load: "more calls than the service accepts",
  version: "an instance with an older version of the API",
  secret: "a request with the API key itself, which a probe never sends",
  host: "a host, or an encoding of requests, that uko does not use",
  keyProtect: "an instance of Key Protect",
} as const;

/** The rows of fidelity.ts that neither a probe nor a deletion shows, by what they need. */
// biome-ignore format: many IDs a line
export const unprobed: Readonly<Record<keyof typeof other, readonly string[]>> = {
  write: [
    "K2", "K10", "U2", "U3", "U7", "U8", "U10", "U14", "U21", "refresh",
  ],
  role: ["U30", "U39"],
  second: ["backing-key-identity", "backing-key-refusal", "KMS-1", "KMS-2", "KMS-3", "KMS-12"],
  container: [
    "T2, T4, T5", "T6, T7, T8", "S2, S4", "S5", "V2, V4, V5", "U10-names", "U16-health", "U18", "U19", "U20",
    "U22", "U23", "U25", "U26", "wrong-credentials", "ring-name", "S5-modes", "S5-references", "label-and-scheme",
    "azure-standard", "free-keystores", "U34", "labels",
  ],
  hour: ["K9", "U12", "U13", "old-versions"],
  days: ["KMS-purge", "KMS-expiry", "KMS-rotation", "passcode", "token-clock"],
  kmsKey: [
    "M0", "M1, M2", "M7", "M8, M9, M10", "M11, M12, M16", "M13", "M14, M15", "M17-M20", "M25", "M26", "M27",
    "KMS-4", "KMS-6", "KMS-7", "KMS-9", "KMS-10", "KMS-13", "KMS-rings", "KMS-codes",
    "KMS-token", "KMS-policy-members", "KMS-overrides", "KMS-origin",
  ],
  danger: ["U5", "U6"],
  fault: ["U15"],
  use: ["U29"],
  load: ["U35"],
  version: ["versions", "cloud-build"],
  secret: ["apikey"],
  host: ["instance", "instance-refusals", "gzip"],
  keyProtect: ["product"],
};

/** How many rows each kind of recording can show. */
function ways(rows: readonly FidelityRow[]): string {
  const asked = new Set<string>(probeRows.map(({ answers }) => answers));
  const lived = new Set<string>(deletionRows.map(({ answers }) => answers).filter((id) => !asked.has(id)));
  const none = rows.length - asked.size - lived.size;
  return `Of ${rows.length} behaviors, \`uko probe\` can show ${asked.size} by reading, and a recorded deletion of a test key ${lived.size} more. ${none} have no way to be seen:`;
}

const basis = `Each behavior has one of two bases:

- *documented*: IBM's public documents or SDKs say so;
- *assumed*: no source says. If the difference matters, a switch changes it, and \`uko emulator --profile\` selects useful sets of switches.

The column *seen* says what a recording of a real instance shows: *verified* if the service does what the row says, *refuted* if it does something else.

A source is a section of the contract, [uko-v4.md](../contract/uko-v4.md) or [kms-v2-and-iam.md](../contract/kms-v2-and-iam.md).
For each fact, the contract names IBM's document, SDK or provider, or says that the fact is inferred.`;

const howToVerify = `If you have an instance, you can answer many rows in ten minutes: see [What to record](../internals/record-a-service.md).
When you have a recording:

1. Put the file in \`test/recordings/SENDER/\`, with the name of who sent it.
2. If a row is refuted, change the emulator, with a test that cites the recording. If instances may differ, add a switch, and name it in the row.
3. Run \`npx vitest run test/emulator/fidelity.test.ts --update\` to write this page.

A recording is no proof: its sender can edit it. So the column *seen* names the sender.
\`test/recordings/emulator.jsonl\` is a recording of the emulator itself. It shows the form, and proves nothing about IBM's service.`;

type SeenRows = ReturnType<typeof seenRows>;

function summary(rows: readonly FidelityRow[], seen: SeenRows): string {
  const count = (is: (row: FidelityRow) => boolean): number => rows.filter(is).length;
  const based = (wanted: string): number => count(([, , , found]) => found === wanted);
  const judged = (wanted: string): number => count(([id]) => verdictOf(seen.get(id)) === wanted);
  const first =
    seen.size === 0
      ? "**No behavior has been seen on a real instance yet.**"
      : `**${seen.size} of ${rows.length} behaviors have been seen on a real instance.**`;
  return `${first} Of ${rows.length} behaviors ${based("documented")} are documented, ${based("assumed")} assumed; ${judged("verified")} are verified, ${judged("refuted")} refuted.`;
}

/** A row that one recording refutes is refuted, whatever others say. */
function verdictOf(seen: ReturnType<SeenRows["get"]>): string | undefined {
  return seen?.some(({ verdict }) => verdict === "refuted") === true ? "refuted" : seen?.[0]?.verdict;
}

/** The cells of one row, without its switch. A refuted row names the switch that makes the emulator behave so. */
export function fidelityCells(
  [id, subject, behavior, basisOfRow, source, choice]: FidelityRow,
  seen: SeenRows,
): readonly string[] {
  const shown = (seen.get(id) ?? []).map(({ verdict, where }) => {
    const way = choice === undefined ? "no switch yet" : `switch ${code(choice)}`;
    return `${verdict} ${where}${verdict === "refuted" ? `; ${way}` : ""}`;
  });
  return [id, subject, behavior, basisOfRow, source, shown.join("; ")];
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
