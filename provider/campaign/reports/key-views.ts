/**
 * Defines the tables of keys in the reports of a campaign: which facts about which keys each table shows, and in
 * which order. It also lists new keys. They are not in the manifest and therefore have
 * no row.
 */

import { sayFirst, sayLabel } from "../../engine/text/words.ts";
import { dayOf } from "../view/classify.ts";
import { namedListedKey } from "../view/inventory.ts";
import type { CampaignView } from "../view/view.ts";
import type { KeyRow } from "./key-row.ts";
import {
  atMost,
  type ReportPart,
  type ReportSection,
  type ReportTable,
  reasonSection,
  section,
  tableOfFields,
} from "./report.ts";

type Fact = keyof KeyRow;

const inCloud = ["cloudIds", "version", "verificationPattern"] as const;

export interface KeyTable {
  readonly title: string;
  /** Some of the facts that `--json` of the same command lists. */
  readonly facts: readonly Fact[];
  /** Absent if the table shows every key. */
  readonly isShown?: (row: KeyRow) => boolean;
  /** Which keys come first, because a long table is cut. */
  readonly isFirst?: (row: KeyRow) => boolean;
  /** Whether many keys with the same reason share a line. */
  readonly isGrouped?: true;
}

/** The tables of keys in a terminal and on a page. */
export const keyTables = {
  late: {
    title: "Late",
    facts: ["key", "label", "wave", "lastDay", "earliestEnd", "lateBecause", "byLastDeadline"],
    isShown: ({ lateBecause }) => lateBecause !== "",
    isGrouped: true,
  },
  blocked: {
    title: "Blocked",
    facts: ["key", "label", "wave", "why"],
    isShown: ({ who }) => who === "release" || who === "reader",
    isGrouped: true,
  },
  proof: {
    title: "Proof by provider: the material is gone only after the deadline",
    facts: ["label", "keystoreTypes", "cloudIds", "materialGoneOn"],
    isShown: (row) => row.isProofByProvider,
  },
  livesOn: {
    title: "Lives on in the cloud, without UKO",
    facts: ["label", ...inCloud, "owner"],
    isShown: ({ outcome }) => outcome === "lives_on",
  },
  endsWithInstance: {
    title: "Ends with the instance: no copy is outside of it",
    facts: ["key", "label", "wave", "keystoreTypes", "owner"],
    isShown: ({ outcome }) => outcome === "ends_with_instance",
  },
  report: {
    title: "Keys",
    facts: ["key", "label", "wave", "class", "outcome", "updatedAt", "updatedBy", "why"],
    isFirst: ({ isFinal }) => !isFinal,
  },
  /**
   * The keys of one wave in the console. It links the label, the first fact, to the page of the key, the second fact.
   */
  wave: {
    title: "Keys",
    facts: ["label", "key", "stage", "why"],
    isFirst: ({ who }) => who === "release",
  },
} as const satisfies Readonly<Record<string, KeyTable>>;

export function keyTable(name: keyof typeof keyTables, rows: readonly KeyRow[]): ReportTable {
  const { facts, isShown = () => true, isFirst = () => false }: KeyTable = keyTables[name];
  const shown = rows.filter(isShown).toSorted((one, other) => Number(isFirst(other)) - Number(isFirst(one)));
  return tableOfFields(shown.map(flat), facts);
}

const maxShownWays = 10;

export function keySection(name: keyof typeof keyTables, rows: readonly KeyRow[]): readonly ReportSection[] {
  const { title, isGrouped }: KeyTable = keyTables[name];
  const table = keyTable(name, rows);
  if (isGrouped !== true) return section(title, { table });
  const released = name === "blocked" ? rows.filter(keyTables.blocked.isShown) : [];
  const labels = Map.groupBy(rows, ({ label }) => label);
  // Keys of two vaults may have the same label.
  const nameOf = ({ label, key }: KeyRow): string =>
    labels.get(label)?.length === 1 ? sayLabel(label) : `${sayLabel(label)} (${key})`;
  const byWay = Map.groupBy(released, ({ command }) => command);
  const notes = Array.from(byWay, ([way, keys]) => `To release ${sayFirst(keys.map(nameOf))}: ${way}`);
  return reasonSection(title, table, atMost(notes, maxShownWays, "; --json lists how to release each key"));
}

/** How many keys have each outcome, or each reason; the most frequent first. */
export function countsByFrequency<Value extends string>(values: readonly Value[]) {
  const groups = Map.groupBy(values, (value) => value);
  const counts = Array.from(groups, ([value, { length }]) => ({ value, keys: length }));
  return counts.sort((one, other) => other.keys - one.keys);
}

/** Keys in scope that no line of the manifest names, so that they have no row. */
export function newKeysPart({ newKeys: found }: Pick<CampaignView, "newKeys">): ReportPart {
  const newKeys = found.map((key) => ({
    key: namedListedKey(key),
    label: key.traits.label,
    createdOn: dayOf(key.traits.createdAtMs),
  }));
  return { sections: section("Not in the manifest", { table: tableOfFields(newKeys) }), data: { newKeys } };
}

/** A row in which a list consists of texts. */
function flat(row: KeyRow) {
  return {
    ...row,
    cloudIds: row.cloudIds.map(({ id }) => id),
    step: row.step ?? "",
    who: row.who ?? "",
    steps: row.steps.map(({ step, by, at }) => `${step} by ${by} at ${at}`),
    undo: row.undo?.sentence ?? "",
  };
}
