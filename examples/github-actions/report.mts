/**
 * The command of these recipes. It reads the lines of `UKO_REPORT` or of `uko requests --json` on standard input, and prints
 * a summary in Markdown, the outcome of a run, or whether a step is due. Labels and names are other people's texts.
 */

import { text } from "node:stream/consumers";

/** What a line of either form says about a key. */
interface Line {
  readonly key: string;
  readonly label: string;
  readonly state: string;
  readonly waitsFor: string;
  readonly notBefore?: string;
  readonly expires?: string;
  readonly canAct?: boolean;
  readonly exitCode: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** From the most severe to done, as `uko` orders them for several keys. */
const severity = [1, 13, 12, 10, 11, 0];
const outcomes: Readonly<Record<number, string>> = {
  0: "done",
  1: "failed",
  10: "waiting_for_person",
  11: "waiting_for_time",
  12: "blocked",
  13: "right_missing",
};

/** Every key once, as its last line shows it: a report grows with each run. */
function readLines(jsonLines: string): readonly Line[] {
  const lines = jsonLines
    .split("\n")
    .filter((each) => each.trim() !== "")
    .map((each) => lineOf(JSON.parse(each) as Fields));
  return [...new Map(lines.map((line) => [line.key, line])).values()];
}

function lineOf(fields: Fields): Line {
  const { vaultId, keyId, label, lifecycleState, exitCode, code, error } = fields;
  const isRequest = typeof fields.deletion === "object" && fields.deletion !== null;
  const facts = (isRequest ? fields.deletion : fields) as Fields;
  const key = [vaultId, keyId].filter((each) => each !== undefined && each !== "").join("/");
  const { awaits, requestedBy, neededRoles, excludedIdentity } = facts;
  // A person chooses their own name, so only the ID says who must not approve.
  const other = excludedIdentity ?? requestedBy;
  const roles = Array.isArray(neededRoles) ? ` with the role ${neededRoles.join(" or ")}` : "";
  const waits: Readonly<Record<string, string>> = {
    request: "a person who requests the next step",
    requester: `the next run of ${requestedBy}`,
    approval: `a person${other === undefined ? "" : ` other than ${other}`}${roles}`,
    time: "time",
    person_to_unblock: "a person who repairs it",
  };
  const isWait = [0, 10, 11].includes(Number(exitCode));
  const fault = (error as Fields | undefined)?.code ?? (isWait ? undefined : code);
  return {
    key,
    label: String(label ?? key),
    state: String(fault ?? lifecycleState ?? ""),
    waitsFor: waits[String(awaits)] ?? "",
    ...timesOf(facts),
    ...(typeof facts.canAct === "boolean" && { canAct: facts.canAct }),
    exitCode: Number(exitCode),
  };
}

function timesOf({ notBefore, recordExpiresAt }: Fields): Pick<Line, "notBefore" | "expires"> {
  return {
    ...(typeof notBefore === "string" && { notBefore }),
    ...(typeof recordExpiresAt === "string" && { expires: recordExpiresAt }),
  };
}

function summary(lines: readonly Line[]): string {
  if (lines.length === 0) return "### Key deletions\n\nNo deletion is pending.\n";
  const rows = lines.map(({ label, state, waitsFor, notBefore, expires }) =>
    [label, state, waitsFor, timeText(notBefore), timeText(expires)].map(cell).join(" | "),
  );
  const head = ["key", "state", "waits for", "not before", "request expires"].join(" | ");
  const body = [`| ${head} |`, "| --- | --- | --- | --- | --- |", ...rows.map((row) => `| ${row} |`)];
  return `### Key deletions\n\n${body.join("\n")}\n\nTo see the requests and who can act, run \`uko login -- requests\`. Nothing here approves a request.\n`;
}

/** A code span: Markdown in it is text, and nobody in it is notified. */
function cell(value: string): string {
  const line = value.replaceAll(/[`|\s]+/g, " ").replaceAll(/[\p{Cc}\p{Cf}]/gu, "");
  return line.trim() === "" ? "" : `\`${Array.from(line).slice(0, 120).join("").trim()}\``;
}

function timeText(time: string | undefined): string {
  return time === undefined ? "" : `${time.slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * The exit code for the whole run. An engine exits with 1 for a wait, too, so a failed command is a wait only if the report
 * has a key that waits. A command that failed without a word in the report is a fault.
 */
function outcome(lines: readonly Line[], commandCode: number): string {
  const codes = lines.map(({ exitCode }) => exitCode);
  const reported = severity.find((each) => codes.includes(each)) ?? (codes.length === 0 ? 0 : 1);
  const exitCode = commandCode !== 0 && reported === 0 ? commandCode : reported;
  return `exit_code=${exitCode}\noutcome=${outcomes[exitCode] ?? "failed"}\nnot_before=${earliest(lines)}\n`;
}

/** A step is due if nothing but a role can keep the caller from it; `uko` compares the times with the clock of the service. */
function due(lines: readonly Line[]): string {
  const isDue = lines.some(({ canAct }) => canAct === true);
  return `due=${isDue}\nnot_before=${earliest(lines)}\n`;
}

function earliest(lines: readonly Line[]): string {
  return lines.flatMap(({ notBefore = [] }) => notBefore).sort()[0] ?? "";
}

const [, , command = "", argument = ""] = process.argv;
const lines = readLines(await text(process.stdin));
const printed: Readonly<Record<string, () => string>> = {
  summary: () => summary(lines),
  outcome: () => outcome(lines, Number(argument)),
  due: () => due(lines),
};
const print = Object.hasOwn(printed, command) ? printed[command] : undefined;
if (print === undefined) {
  process.stderr.write(
    "The command is summary, outcome <exit code> or due, such as: node report.mts summary < report.jsonl\n",
  );
  process.exitCode = 1;
} else {
  process.stdout.write(print());
}
