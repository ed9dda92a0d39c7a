/** The evidence as a table for people, with a list of what it leaves open. */

import { plain } from "../words.ts";
import type { Audit, AuditEvent } from "./audit.ts";

const heads = ["TIME", "WHO", "STEP", "WHAT", "FROM", "TO", "CONSENT OF", "NOTE"] as const;

export function explainAudit({ events, stepsOnFile, unreadableLines, unknownVersions }: Audit): string {
  const rows = events.map(rowOf);
  const table = events.length === 0 ? [sayNone(stepsOnFile)] : layOut([heads, ...rows]);
  const findings = [
    ...countOf(events.filter(({ single }) => single === true).length, [
      "step was taken by one person alone (single)",
      "steps were taken by one person alone (single)",
    ]),
    ...samePerson(events),
    ...countOf(events.filter(({ isConfirmed }) => !isConfirmed).length, [
      "step was begun and no line says that it was done: refused, stopped, or its answer lost",
      "steps were begun and no line says that they were done: refused, stopped, or their answers lost",
    ]),
    ...countOf(unreadableLines, ["line is not whole and was passed over", "lines are not whole and were passed over"]),
    ...countOf(unknownVersions, [
      "line is of a version that this release does not know and was passed over",
      "lines are of versions that this release does not know and were passed over",
    ]),
  ];
  return [...table, ...(findings.length === 0 ? [] : ["", ...findings.map((finding) => `${finding}.`)])].join("\n");
}

/** An empty log and a filter without matches are two different answers for an auditor. */
function sayNone(stepsOnFile: number): string {
  if (stepsOnFile === 0) return "No step is on file.";
  return stepsOnFile === 1 ? "The one step on file does not fit." : `None of ${stepsOnFile} steps on file fits.`;
}

function rowOf(event: AuditEvent): readonly string[] {
  const { time, actor, step, resource, label, keyId, from, to, consentedBy, record } = event;
  const consent = consentedBy ?? record;
  const cells = [
    time,
    actor.name === "" ? plain(actor.iamId, 60) : `${plain(actor.name, 40)} (${plain(actor.iamId, 60)})`,
    record === undefined ? step : `${step} (${record.step})`,
    `${resource === undefined ? "" : `${resource.replaceAll("_", " ")} `}${plain(label === "" ? keyId : label, 40)}`,
    from,
    to,
    consentedBy === undefined ? "" : `${plain(consentedBy.author, 60)} ${consentedBy.id.slice(0, 8)}`,
    [
      event.isConfirmed ? "" : "not confirmed",
      event.single === true ? "single" : "",
      consent?.reason === undefined ? "" : `"${plain(consent.reason, 60)}"`,
      ...(consent?.earlierReasons ?? []).map(
        ({ author, name = author, reason }) => `"${plain(reason, 60)}" (${plain(name, 60)})`,
      ),
    ]
      .filter((note) => note !== "")
      .join(", "),
  ];
  // A file may come from anywhere, so its text must not control the terminal that shows it.
  return cells.map((cell) => plain(cell));
}

/**
 * Both steps of one key by one actor. Each step may have had a second person, and an auditor wants
 * to know.
 */
function samePerson(events: readonly AuditEvent[]): readonly string[] {
  const deactivatedBy = new Map<string, string>();
  const found: string[] = [];
  for (const { step, isConfirmed, instanceId, keyId, label, actor } of events) {
    if (!isConfirmed) continue;
    const name = `${instanceId}/${keyId}`;
    if (step === "deactivate") deactivatedBy.set(name, actor.iamId);
    if (step === "destroy" && deactivatedBy.get(name) === actor.iamId) {
      found.push(`Key "${plain(label)}" was deactivated and destroyed by one person, ${plain(actor.iamId, 100)}`);
    }
  }
  return found;
}

function countOf(count: number, [ofOne, ofSeveral]: readonly [string, string]): readonly string[] {
  if (count === 0) return [];
  return [`${count} ${count === 1 ? ofOne : ofSeveral}`];
}

function layOut(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => Array.from(row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Array.from(cell).length))
      .join("  ")
      .trimEnd(),
  );
}
