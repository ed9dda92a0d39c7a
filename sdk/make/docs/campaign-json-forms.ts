/** The forms of the JSON that `uko campaign` prints: one line per command. */

import * as z from "zod";
import { keyRow } from "../../../provider/campaign/reports/key-row.ts";
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
const newKeys = z.array(z.object({ ...named, createdOn: day })).describe("Keys that the manifest does not list");
const rows = z.array(keyRow);
const campaign = text.describe("Name of the campaign");
const findings = z.array(z.object({ object: text.describe("ID of the key or keystore"), label: text, finding: text }));
const stoppedBy = code.describe("The error that ended the run").optional();
const unreadable = z
  .array(
    z.object({ id: text.describe("ID of a vault or key; or kms, vaults, keystores"), name: text, code, reason: text }),
  )
  .describe("What uko could not read");

const stops = z
  .array(z.object({ ...wave, step, ...named, why: text }))
  .describe("Each key of each wave that is stopped");
const requests = z.array(
  z.object({ key, ...wave, step, by: text, how: text, expiresAt: time("When the request expires") }),
);

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
const offers = z
  .array(z.object({ ...wave, does: z.enum(["review", "request", "remove", "reactivate"]), says: text }))
  .describe("What the caller can do next");
const days = {
  outage: day,
  pointOfNoReturn: day,
  destroyAccepted: day,
  materialGone: day,
  metadataRemoved: day,
  deactivateBy: day,
  destroyBy: day,
};
const waveRows = z.array(
  z.object({ ...wave, keys: count, states: z.record(text, count), held: count, waitsFor: text, ...days, ticket: text }),
);
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
const keptMetadata = {
  ...{ kmsKey: text, name: text, ring: text, deletedAt: text },
  ...{ purgeAllowedFrom: text, purgeScheduledAt: text },
};
const ownExitCode = exitCode.describe(`${exitCode.description}, 14 late key`);

const form = <Shape extends z.ZodRawShape>(about: string, shape: Shape) =>
  z.object({ v, ...shape, exitCode: ownExitCode }).describe(`${about} --json prints`);

/** Each form by the name of its file in provider/docs/reference/schemas. */
export const campaignJsonForms = {
  "campaign-draft": form("Without a campaign.yaml, the line that uko campaign plan", {
    deadline: day,
    groups: z.array(z.object(group)),
    unreadable,
  }),
  "campaign-plan": form("The line that uko campaign plan", {
    campaign,
    deadline: day,
    lastDeadline: day.optional(),
    isWritten: z.boolean().describe("Whether the manifest was written"),
    incomplete: z.array(why).describe("What keeps the manifest from being written"),
    changed: z.array(why).describe("What changed since the manifest"),
    late: count,
    unusual: z.array(why).describe("Keys of class destroy to check, and why"),
    waves: waveRows,
    keys: rows,
    newKeys,
    unreadable,
  }),
  "campaign-status": form("The line that uko campaign status", {
    campaign,
    asOf: time("The time of the service"),
    waves: waveRows,
    stops,
    requests,
    keys: rows,
    newKeys,
    unreadable,
    totals: z.record(text, z.union([count, text])).describe("Numbers for management"),
    live: z.object({ keystores: findings, keys: findings, late: count }).describe("With --live").optional(),
  }),
  "campaign-find": form("The line that uko campaign status KEY", {
    found: rows,
  }),
  "campaign-review": form("The line that uko campaign next prints for a review without keys", {
    ...wave,
    step,
    keys: count.describe("The number of reviewed keys"),
    review: digest.optional(),
    phrase: text.describe("What the reviewer types to approve the whole review").optional(),
    apart: z.array(z.union([actedKey, reviewApart])).describe("Keys that the review does not cover"),
    unreadable: unreadable.optional(),
    stops: stops.optional(),
  }),
  "campaign-run": form("The line that uko campaign next, rollback or halt", {
    ...wave,
    step: step.optional(),
    later: count.describe("Keys that go after the first ones").optional(),
    keys: z.array(actedKey),
    unstarted: count,
    stoppedBy,
    stops: stops.optional(),
    offers: offers.optional(),
  }),
  "campaign-gate": form("For a wave that is closed now, the line that an acting command of uko campaign", {
    ...wave,
    step: step.optional(),
    gate: z.enum(["differs", "stopped", "after", "blackout"]),
    differences: z.array(text).describe("Rules that changed since the manifest").optional(),
    stop: digest.describe("Names the stop").optional(),
    stops: stops.optional(),
  }),
  "campaign-next": form(
    "If the caller can do nothing now, or only in waves that stay stopped, the line that uko campaign next",
    {
      campaign: campaign.optional(),
      waves: waveRows.optional(),
      stops,
      requests: requests.optional(),
    },
  ),
  "campaign-end": form("Once every key has reached its end, the line that uko campaign next", {
    campaign,
    asOf: time("The time of the service"),
    containers: z.array(closedContainer),
    unstarted: count,
    keys: rows,
    newKeys,
    purge: z.array(z.object(keptMetadata)),
    checklist: z.array(z.object({ state: z.enum(["done", "open", "you"]), what: text })),
    unreadable,
    stoppedBy,
  }),
} as const;
