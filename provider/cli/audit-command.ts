/**
 * `uko audit`: shows from evidence files who requested, approved and executed each step, and calls no service. It
 * checks first that the files are as the runs wrote them, and with `--verify` it does nothing else.
 */

import { Argument, type Command, Option } from "commander";
import type { CheckedEvidence } from "../compose/certificates.ts";
import { auditedSteps, auditFindings, auditHeads, auditRows, inTime, jsonLine } from "../compose/text.ts";
import type { Audit, AuditFilter } from "../engine/commands/audit.ts";
import { UkoError } from "../errors.ts";
import { isKmsName, parseAnyKey, parseDate, repeatable, type TypedKey } from "./arguments.ts";
import type { CliWorld, TextOutput } from "./cli-world.ts";
import { evidenceFiles } from "./files.ts";
import { tableOf } from "./table.ts";

interface AuditOptions {
  readonly file?: readonly string[];
  readonly since?: string;
  readonly step?: string;
  readonly person?: string;
  readonly activityTracker?: readonly string[];
  readonly verify?: true;
  readonly json?: true;
}

export function addAuditCommand(program: Command, world: CliWorld): void {
  program
    .command("audit")
    .description("Show who requested, approved and executed each step, and when, from evidence files; works offline")
    .addArgument(
      new Argument("[key]", "only this key: <vaultId>/<keyId>, kms/<keyId>, an ID or a label").argParser(parseAnyKey),
    )
    .addOption(
      new Option(
        "--file <file>",
        "evidence file, or a folder of them; repeatable (default: the evidence of the instance)",
      ).argParser(repeatable(String)),
    )
    .addOption(new Option("--since <date>", "only from this day or time, such as 2026-11-24").argParser(parseDate))
    .addOption(new Option("--step <step>", "only this step").choices(auditedSteps))
    .option("--person <text>", "only steps that this IAM ID or name (or part of it) requested, approved or executed")
    .addOption(
      new Option(
        "--activity-tracker <file>",
        "audit events that you exported from the account, in JSON, to compare the steps with; repeatable",
      ).argParser(repeatable(String)),
    )
    .option("--verify", "only check that the files are as the runs wrote them, and print every contradiction")
    .option("--json", "one line of JSON per step; with --verify, per file")
    .action(async (key: TypedKey | undefined, { file, json, verify, activityTracker, ...filter }: AuditOptions) => {
      const files = evidenceFiles(world, file, "--file");
      if (verify === true) return verifyChains(world, files, json === true);
      const { auditEvidence } = await import("../compose/operations.ts");
      const { explainReading, readCheckedEvidence, searchEvents } = await import("../compose/certificates.ts");
      const read = files.map(readCheckedEvidence);
      const broken = read.filter(({ chain }) => chain.breaks.length > 0);
      await warnOfBroken(json === true ? world.err : world.out, broken);
      const audit = auditEvidence(
        read.map(({ text }) => text),
        { ...filter, ...keyFilter(key) },
        searchEvents(activityTracker ?? []),
      );
      if (json !== true) {
        const sources = read.map((each, at) => ({ ...each, people: audit.people[at] ?? [] }));
        world.out.write(`${auditText(world.out, audit)}\n${explainReading(sources)}\n`);
      } else for (const event of inTime(audit)) world.out.write(`${jsonLine(event)}\n`);
      refuseBroken(broken.map(({ file }) => file));
    });
}

function keyFilter(key: TypedKey | undefined): Pick<AuditFilter, "key" | "vaultId"> {
  if (key === undefined) return {};
  if ("name" in key) return { key: isKmsName(key) ? key.name.slice("kms/".length) : key.name };
  return "kmsKeyId" in key ? { key: key.kmsKeyId } : { key: key.keyId, vaultId: key.vaultId };
}

/** So many contradictions of a file stand before the steps. `--verify` prints them all. */
const maxBreaksBefore = 5;

/** A reader who stops after the table must know first that a person may have changed it. */
async function warnOfBroken(output: TextOutput, broken: readonly CheckedEvidence[]): Promise<void> {
  const { explainChain } = await import("../compose/certificates.ts");
  for (const { file, chain } of broken) {
    const shown = { ...chain, breaks: chain.breaks.slice(0, maxBreaksBefore) };
    output.write(`${explainChain(file, shown)}\n`);
  }
  if (broken.length > 0) output.write("What follows is what the files say now. Do not rely on it.\n\n");
}

/** The columns that may be cut on a narrow terminal; times, people and steps may not. */
const cuttable = { WHAT: 16, NOTE: 12 };

function auditText(output: TextOutput, audit: Audit): string {
  const rows = auditRows(audit);
  const findings = auditFindings(audit).join("\n");
  const parts = [
    ...(rows.length === 0 ? [] : [tableOf(output, auditHeads, rows, cuttable)]),
    ...(findings === "" ? [] : [findings]),
  ];
  return `${parts.join("\n\n")}\n`;
}

async function verifyChains(world: CliWorld, files: readonly string[], isJson: boolean): Promise<void> {
  const { checkEvidenceChain, explainChain } = await import("../compose/certificates.ts");
  const broken: string[] = [];
  for (const file of files) {
    const report = checkEvidenceChain(file);
    world.out.write(`${isJson ? jsonLine({ v: 1, file, ...report }) : explainChain(file, report)}\n`);
    if (report.breaks.length > 0) broken.push(file);
  }
  refuseBroken(broken);
}

function refuseBroken(broken: readonly string[]): void {
  if (broken.length === 0) return;
  throw new UkoError("UKO_EVIDENCE_BROKEN", {
    summary: `The evidence in ${broken.join(", ")} was changed after the runs wrote it`,
    detail: "Compare the file with a backup, and the steps with the audit events of the account.",
  });
}
