/** The forms of the JSON that `uko campaign` prints: one line per command. */

import * as z from "zod";
import { keptMetadataFields } from "../../../provider/engine/campaign/closing-report.ts";
import { keyRow } from "../../../provider/engine/campaign/key-row.ts";
import { keyFacts } from "../../../provider/engine/campaign/key-views.ts";
import { code, exitCode, id, time, v } from "./json-parts.ts";

const text = z.string();
const count = z.number().int();
const digest = z.string().describe("SHA-256 in hexadecimal digits");
const day = z.string().describe("A day, such as 2027-03-20; empty if there is none");
const { key } = keyRow.shape;
const named = { key, label: text };
const wave = { wave: text };
const step = z.enum(["deactivate", "destroy"]);
const why = z.object({ ...named, why: text });
const born = z.array(z.object({ ...named, createdOn: day })).describe("Keys that the manifest does not list");
const rows = (command: keyof typeof keyFacts) =>
  z.array(z.object(Object.fromEntries(keyFacts[command].map((fact) => [fact, keyRow.shape[fact]]))));
const campaign = text.describe("Name of the campaign");
const findings = z.array(z.object({ object: text.describe("ID of the key or keystore"), label: text, finding: text }));
const stoppedBy = code.describe("The error that ended the run").optional();
const unreadable = z
  .array(
    z.object({ id: text.describe("ID of a vault or key; or kms, vaults, keystores"), name: text, code, reason: text }),
  )
  .describe("What uko could not read");

const windows = z
  .array(z.object({ ...named, code }))
  .describe("Deactivated keys that nobody can destroy before a rollback, because of their KMS deletion window");

/** One key after a command. Only `acted` means that the command changed the key. */
const actedKey = z.object({
  ...named,
  outcome: z.enum(["acted", "unchanged", "left", "failed"]),
  says: text,
  code: code.optional(),
  exitCode,
});
const reviewApart = z.object({
  vaultId: id("vault"),
  keyId: id("key"),
  label: text,
  why: text,
  command: text.describe("Approves this key alone").optional(),
});
const days = {
  outage: day,
  pointOfNoReturn: day,
  destroyAccepted: day,
  materialGone: day,
  metadataRemoved: day,
  deactivateBy: day,
  destroyBy: day,
};
const group = { kind: text, state: text, keystores: text, pendingDays: count, keys: count, lastDay: text };
const closedContainer = z.object({
  kind: text,
  vaultId: text,
  vaultName: text,
  id: text,
  name: text,
  vaultBlock: text.describe("Why the whole vault is not ready").optional(),
  outcome: z.enum(["deleted", "waits", "blocked", "failed"]),
  says: text,
  code: code.optional(),
  exitCode,
});
const keptMetadata = Object.fromEntries(keptMetadataFields.map((field) => [field, text]));
const ownExitCode = exitCode.describe(`${exitCode.description}, 14 late key`);

const form = <Shape extends z.ZodRawShape>(about: string, shape: Shape) =>
  z.object({ v, ...shape, exitCode: ownExitCode }).describe(`${about} --json prints`);

/** Each form by the name of its file in provider/docs/reference/schemas. */
export const campaignJsonForms = {
  "campaign-init": form("The line that uko campaign init", {
    deadline: day,
    groups: z.array(z.object(group)),
    unreadable,
  }),
  "campaign-baseline": form("The line that uko campaign baseline", {
    keys: count,
    blocked: z.array(why),
    changed: z.array(z.object({ key: text, label: text, change: text })),
    unreadable,
  }),
  "campaign-check": form("The line that uko campaign check", {
    keystores: findings,
    keys: findings,
    blocked: findings,
    late: count,
    unreadable,
  }),
  "campaign-signoff": form("The line that uko campaign signoff", {
    owner: text,
    digest,
    file: text,
    keys: z.array(key),
  }),
  "campaign-plan": form("The line that uko campaign plan", {
    campaign,
    deadline: day,
    lastDeadline: day.optional(),
    late: count,
    waves: z.array(z.object({ ...wave, keys: count, ...days })),
    keys: rows("plan"),
    born,
    unreadable,
  }),
  "campaign-status": form("The line that uko campaign status", {
    campaign,
    waves: z.array(z.object({ ...wave, keys: count, states: z.record(text, count), held: count, waitsFor: text })),
    requests: z.array(
      z.object({ key, ...wave, step, by: text, how: text, expiresAt: time("When the request expires") }),
    ),
    keys: rows("status"),
    born,
    unreadable,
    windows,
  }),
  "campaign-board": form("The line that uko campaign status --board", {
    campaign,
    board: z.record(text, z.union([count, text])).describe("The rows of the page"),
  }),
  "campaign-report": form("The line that uko campaign report", {
    campaign,
    asOf: time("The time of the service"),
    keys: rows("report"),
    born,
    unreadable,
  }),
  "campaign-questions": form("The line that uko campaign report --after-shutdown", {
    campaign,
    asOf: time("The time of the service"),
    questions: z.array(
      z.object({ ...named, ...wave, keystore: text, keystoreType: text, cloudId: text, goneOn: day, askFor: text }),
    ),
    unreadable,
  }),
  "campaign-find": form("The line that uko campaign find", {
    found: rows("find"),
  }),
  "campaign-hold": form("The line that uko campaign hold", {
    key,
    kind: text.optional(),
    until: day.optional(),
    isReleased: z.boolean().optional(),
    tag: z.enum(["changed", "unchanged", "requested", "left"]),
  }),
  "campaign-review": form("The line that uko campaign review", {
    ...wave,
    step,
    keys: count.describe("The number of reviewed keys"),
    review: digest.optional(),
    file: text.optional(),
    apart: z.array(z.union([actedKey, reviewApart])).describe("Keys that the review does not cover"),
    unreadable: unreadable.optional(),
  }),
  "campaign-run": form("The line that uko campaign request, approve, rollback, advance or halt", {
    ...wave,
    step: step.optional(),
    review: digest.optional(),
    windows: windows.optional(),
    keys: z.array(actedKey),
    unstarted: count,
    stoppedBy,
  }),
  "campaign-gate": form("For a wave that is closed now, the line that an acting command of uko campaign", {
    ...wave,
    step: step.optional(),
    gate: z.enum(["differs", "stopped", "not_before", "after", "blackout", "window"]),
    differences: z.array(text).describe("Rules that changed since the manifest").optional(),
    stop: digest.describe("For --resume").optional(),
  }),
  "campaign-close": form("The line that uko campaign close", {
    campaign,
    containers: z.array(closedContainer),
    unstarted: count,
    outcomes: rows("close"),
    purge: z.array(z.object(keptMetadata)),
    checklist: z.array(z.object({ state: z.enum(["done", "open", "you"]), what: text })),
    unreadable,
    stoppedBy,
  }),
} as const;
