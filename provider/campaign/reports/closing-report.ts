/**
 * Writes the report of the end of a campaign. It shows the one outcome of each key and what keeps each container from
 * being deleted. It also lists the metadata that an administrator may purge, and a checklist for the deletion of the
 * instance. The report prints the command that deletes the instance only if no item is open, because the
 * deletion would destroy keys that are left. The file also defines the order in which containers are
 * deleted, and reads the KMS keys that are left.
 */

import type { KmsKeySnapshot } from "../../engine/ports/kms-keys.ts";
import { count, plain } from "../../engine/text/words.ts";
import { mostSevere, onCodes, type UkoError } from "../../errors.ts";
import { isoTime } from "../../text/iso-time.ts";
import { isFinal, type VaultBlock } from "../rules/outcomes.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import type { CampaignContext } from "../view/context.ts";
import { concernOnePart, type UnreadablePart } from "../view/unreadable.ts";
import type { CampaignView } from "../view/view.ts";
import type { KeyRow } from "./key-row.ts";
import { keySection, newKeysPart } from "./key-views.ts";
import {
  folderFlag,
  type ReportPart,
  type ReportSection,
  type ReportTable,
  section,
  tableOf,
  tableOfFields,
  unreadPart,
} from "./report.ts";
import { certificateCommand, outcomeSection } from "./status.ts";

/** The order of deletion: a template names keystores, and a vault contains both. */
export const closingOrder = ["template", "keystore", "key_ring", "vault"] as const;

export interface Closable {
  readonly kind: (typeof closingOrder)[number];
  /** Empty for a key ring. */
  readonly vaultId: string;
  readonly vaultName: string;
  /** The name of a key ring is its ID. */
  readonly id: string;
  readonly name: string;
  /** Why the command does not start with the container, as a clause. */
  readonly blocked?: string;
  /** Present if the whole vault is not ready. */
  readonly vaultBlock?: VaultBlock["kind"];
}

export interface Closed extends Closable {
  readonly outcome: "deleted" | "waits" | "blocked" | "failed";
  readonly says: string;
  readonly code?: string;
  readonly exitCode: number;
}

export interface ClosingResult {
  readonly view: CampaignView;
  readonly keys: readonly KeyInSchedule[];
  readonly closed: readonly Closed[];
  readonly unstarted: number;
  readonly unreadable: readonly UnreadablePart[];
  /** The error that ended the run. */
  readonly stop?: UkoError | undefined;
  readonly kmsKeys: { readonly items: readonly KmsKeySnapshot[]; readonly isUnread: boolean };
}

export interface ChecklistItem {
  /** `you`: uko cannot check the item, so a person has to. */
  readonly state: "done" | "open" | "you";
  readonly what: string;
}

/** All KMS keys of the instance, after the deletions of this run. */
export async function readKmsKeys({ world, options }: CampaignContext): Promise<ClosingResult["kmsKeys"]> {
  const unread = onCodes(concernOnePart, () => undefined);
  const items = await world.kmsKeys.list({}, options).catch(unread);
  return { items: items ?? [], isUnread: items === undefined };
}

/** KMS's number for the state destroyed (kms-v2-and-iam.md 3). */
const destroyed = 5;
/** KMS refuses a purge before this time has passed (kms-v2-and-iam.md 2.7). */
const purgeAfterMs = 4 * 60 * 60 * 1000;

/** The destroyed KMS keys whose metadata KMS still keeps. Times are ISO 8601, or empty if KMS reports none. */
function keptMetadata(keys: readonly KmsKeySnapshot[]) {
  const time = (ms: number | undefined): string => (ms === undefined ? "" : isoTime(ms));
  return keys
    .filter(({ state }) => state === destroyed)
    .map(({ kmsKeyId, name, ring, deletedAtMs, purgeScheduledAtMs }) => ({
      kmsKey: kmsKeyId,
      name: plain(name, 90),
      ring: plain(ring, 100),
      deletedAt: time(deletedAtMs),
      purgeAllowedFrom: time(deletedAtMs === undefined ? undefined : deletedAtMs + purgeAfterMs),
      purgeScheduledAt: time(purgeScheduledAtMs),
    }));
}

export function checklistOf(facts: ClosingResult): readonly ChecklistItem[] {
  const { view, keys, closed, unstarted, unreadable, kmsKeys } = facts;
  const { campaign, folder, manifest, newKeys } = view;
  const check = (isDone: boolean, done: string, open: string): ChecklistItem =>
    isDone ? { state: "done", what: done } : { state: "open", what: open };
  const unfinished = keys.filter(({ outcome }) => !isFinal(outcome)).length;
  const left = closed.filter(isLeft).length + unstarted;
  const living = kmsKeys.items.filter(({ state }) => state !== destroyed).length;
  const toProve = keys.filter(({ outcome }) => outcome === "proof_by_provider").length;
  const isWhole =
    campaign.scope.vaults === undefined && campaign.scope.kmsKeys && manifest.unreadableVaults.length === 0;
  const checked = [
    check(
      unfinished === 0,
      `Each key of the manifest has one final outcome (${count(keys.length, "key")})`,
      `${count(unfinished, "key")} without a final outcome: uko campaign status ${folderFlag(folder.path)}`,
    ),
    check(
      newKeys.length === 0,
      "No key was created after the manifest",
      `${count(newKeys.length, "key")} not in the manifest: uko campaign plan --write ${folderFlag(folder.path)}`,
    ),
    check(unreadable.length === 0, "Everything in scope was read", `${count(unreadable.length, "part")} not read`),
    check(
      isWhole,
      "The campaign covers every vault and KMS key that you can read",
      "The campaign covers a part of the instance: check the other vaults and KMS keys",
    ),
    check(
      left === 0,
      "No template, keystore, key ring or vault of the campaign is left",
      `${count(left, "container")} left`,
    ),
    check(
      living === 0 && !kmsKeys.isUnread,
      "Every KMS key that you can list is destroyed",
      kmsKeys.isUnread ? "The KMS keys could not be read" : `${count(living, "KMS key")} not destroyed`,
    ),
  ];
  return [
    ...checked,
    ...(toProve === 0
      ? []
      : [
          you(
            `Keep the output of uko campaign status --json ${folderFlag(folder.path)}: only a provider can prove that ${count(toProve, "key")} ${toProve === 1 ? "is" : "are"} gone`,
          ),
        ]),
    you(
      "Check, as a person who can read the whole instance, that it has no other vault (uko ls --kind vault), and that KMS has no other key",
    ),
    you(`Create a certificate of each wave while the instance can answer: ${certificateCommand(folder.path, "WAVE")}`),
    you("Commit the folder with its evidence, and keep the audit events of the instance"),
    you("Check that no application, service credential or authorization uses the instance"),
    you(
      sayInstance(
        campaign.instance,
        checked.every(({ state }) => state === "done"),
      ),
    ),
    you("KMS cannot restore a key of a deleted instance"),
  ];
}

/** While the list above has an open item, uko prints no command that deletes the instance: a person could paste it. */
function sayInstance(instance: string, isReady: boolean): string {
  return isReady
    ? `Delete the instance: ibmcloud resource service-instance-delete ${instance}`
    : "Do not delete the instance: its keys would be lost with it";
}

const you = (what: string): ChecklistItem => ({ state: "you", what });

export function isLeft({ outcome }: Closed): boolean {
  return outcome !== "deleted";
}

/** What the report says: why the run stopped, the containers, the outcome of each key, and what is left to do. */
export function partsOfFinish(
  { view, keys, closed, unstarted, unreadable, kmsKeys, stop }: ClosingResult,
  rows: readonly KeyRow[],
  checklist: readonly ChecklistItem[],
): readonly ReportPart[] {
  const purge = keptMetadata(kmsKeys.items);
  return [
    {
      sections: section("Why the run stopped", { lines: stop === undefined ? [] : [`${stop.summary} [${stop.code}]`] }),
      data: stop === undefined ? {} : { stoppedBy: stop.code },
      exitCode: stop?.exitCode ?? 0,
    },
    {
      sections: containerSections(closed, keys),
      data: { containers: closed.map(({ blocked: _, ...each }) => each), unstarted },
      exitCode: mostSevere(closed.map(({ exitCode }) => exitCode)),
    },
    newKeysPart(view),
    unreadPart(unreadable),
    { sections: [...outcomeSection(rows), ...keySection("report", rows)], data: { keys: rows } },
    { sections: purgeSection(purge), data: { purge }, exitCode: kmsKeys.isUnread ? 13 : 0 },
    {
      sections: section("Checklist for deleting the instance", { table: tableOfFields(checklist) }),
      data: { checklist },
    },
  ];
}

function containerSections(closed: readonly Closed[], keys: readonly KeyInSchedule[]): readonly ReportSection[] {
  const left = closed.filter(({ outcome, vaultBlock }) => outcome !== "deleted" && vaultBlock === undefined);
  const deleted = closed.filter(({ outcome }) => outcome === "deleted");
  const why = ({ says, code }: Closed) => plain(code === undefined ? says : `${says} [${code}]`, 300);
  return [
    ...section("Vaults that are not ready", { table: unreadyVaults(closed, keys) }),
    ...section("Not deleted, with the reason", { table: tableOf(left, { ...containerColumns, why }) }),
    ...section("Deleted", { table: tableOf(deleted, containerColumns) }),
  ];
}

const containerColumns = {
  kind: ({ kind }: Closed) => kind.replace("_", " "),
  name: "name",
  vault: "vaultName",
} as const;

const maxExamples = 2;

/** One row for each vault in which no container is deleted, with examples of the keys that prevent it. */
function unreadyVaults(closed: readonly Closed[], keys: readonly KeyInSchedule[]): ReportTable {
  const vaults = closed.filter(({ kind, vaultBlock }) => kind === "vault" && vaultBlock !== undefined);
  const examplesIn = (vaultId: string): readonly string[] => {
    const own = keys.filter(({ line, outcome }) => line.vault === vaultId && !isFinal(outcome));
    return own.slice(0, maxExamples).map(({ line, outcome }) => `${line.label} (${outcome})`);
  };
  return tableOf(vaults, {
    vault: ({ vaultId, name }) => name || vaultId,
    containers: ({ vaultId }) => closed.filter((each) => each.vaultId === vaultId).length,
    why: "says",
    "such as": ({ vaultId }) => examplesIn(vaultId).join(", "),
  });
}

function purgeSection(purge: ReturnType<typeof keptMetadata>): readonly ReportSection[] {
  return section("Metadata of destroyed KMS keys, which uko never purges", {
    table: tableOfFields(purge),
    lines: [
      "The metadata keeps internal keystores and key rings from being deleted.",
      "Someone with the role KMS Key Purge can purge it: DELETE /api/v2/keys/<KMS key>/purge. KMS cannot restore a purged key.",
    ],
  });
}
