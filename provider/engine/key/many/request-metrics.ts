/**
 * Renders the pending deletions as metrics for Prometheus (text format 0.0.4): how many keys wait, for what, and until
 * when, and how many vaults and keys could not be read. The metrics contain only counts, times and IDs, and no text
 * that a person wrote, such as a label or a reason.
 */

import type { Report } from "../../loop/report.ts";
import type { Survey, Unreadable } from "./survey.ts";

export interface RequestMetrics extends Pick<Survey, "vaults" | "nowMs"> {
  readonly instanceId: string;
  readonly reports: readonly Report[];
  readonly unreadable: readonly Pick<Unreadable, "keyId">[];
  /** False if the list has no KMS keys, because the caller has no role in KMS or asked for single vaults. */
  readonly hasKmsKeys: boolean;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Family {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Every family of this page is a gauge: a run knows the present and no history. */
export function renderRequestMetrics(found: RequestMetrics): string {
  const instance = { instance_id: found.instanceId };
  return familiesOf(found)
    .map(({ name, help, samples }) => {
      const lines = samples.map(([labels, value]) => `${name}{${labelsText({ ...instance, ...labels })}} ${value}\n`);
      return `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} gauge\n${lines.join("")}`;
    })
    .join("");
}

function familiesOf({ reports, unreadable, vaults, nowMs, hasKmsKeys }: RequestMetrics): readonly Family[] {
  const waiting = reports.filter(({ deletion }) => deletion.awaits === "approval");
  const timed = reports.filter(({ deletion }) => deletion.awaits === "time");
  return [
    {
      name: "uko_pending_deletions",
      help: "Keys with a consent record or a deletion that has begun. waits_for: approval, time, unblocking, or nothing.",
      samples: countBy(reports, ({ vaultId, deletion: { awaits, nextStep } }) => ({
        ...vaultLabel(vaultId),
        waits_for: awaits === undefined ? "nothing" : awaits === "person_to_unblock" ? "unblocking" : awaits,
        next_step: nextStep ?? "unknown",
      })),
    },
    {
      name: "uko_oldest_request_timestamp_seconds",
      help: "When the oldest request that waits for an approval was written.",
      samples: earliestBy(waiting, ({ deletion }) => deletion.requestedAt),
    },
    {
      name: "uko_next_request_expiry_timestamp_seconds",
      help: "When the next request that waits for an approval expires.",
      samples: earliestBy(waiting, ({ deletion }) => deletion.recordExpiresAt),
    },
    {
      name: "uko_next_step_possible_timestamp_seconds",
      help: "When the next key that waits for time can take its next step.",
      samples: earliestBy(timed, ({ deletion }) => deletion.notBefore),
    },
    { name: "uko_listed_vaults", help: "Vaults that the run tried to list.", samples: [[{}, vaults]] },
    {
      name: "uko_unreadable",
      help: "Vaults and keys that could not be read. Their requests are missing from the other metrics.",
      samples: ["vault", "key"].map((what) => [
        { what },
        unreadable.filter(({ keyId }) => (keyId === undefined) === (what === "vault")).length,
      ]),
    },
    {
      name: "uko_kms_keys_listed",
      help: "1 if KMS keys that are set for deletion are counted, 0 if they are not.",
      samples: [[{}, hasKmsKeys ? 1 : 0]],
    },
    {
      name: "uko_list_timestamp_seconds",
      help: "The time of the service when the list was read.",
      samples: [[{}, secondsOf(nowMs)]],
    },
  ];
}

function countBy(reports: readonly Report[], labelsOf: (report: Report) => Labels): readonly Sample[] {
  const counts = new Map<string, Sample>();
  for (const report of reports) {
    const labels = labelsOf(report);
    const id = labelsText(labels);
    counts.set(id, [labels, (counts.get(id)?.[1] ?? 0) + 1]);
  }
  return sorted(counts);
}

/** The earliest time of each vault. KMS reports some times for no key, so they are missing for KMS. */
function earliestBy(reports: readonly Report[], timeOf: (report: Report) => string | undefined): readonly Sample[] {
  const earliest = new Map<string, Sample>();
  for (const report of reports) {
    const time = timeOf(report);
    if (time === undefined) continue;
    const labels = vaultLabel(report.vaultId);
    const id = labelsText(labels);
    earliest.set(id, [
      labels,
      Math.min(earliest.get(id)?.[1] ?? Number.POSITIVE_INFINITY, secondsOf(Date.parse(time))),
    ]);
  }
  return sorted(earliest);
}

/** KMS keys are in no vault. */
function vaultLabel(vaultId: string): Labels {
  return { vault_id: vaultId === "" ? "kms" : vaultId };
}

/** Sorts the samples, so that two runs over the same keys print the same bytes. */
function sorted(samples: ReadonlyMap<string, Sample>): readonly Sample[] {
  return [...samples].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sample]) => sample);
}

function secondsOf(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}

function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapedLabel(value)}"`)
    .join(",");
}

function escapedLabel(text: string): string {
  return escapedHelp(text).replaceAll('"', '\\"');
}

function escapedHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
