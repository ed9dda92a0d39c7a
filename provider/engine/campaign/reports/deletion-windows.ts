/**
 * Finds deactivated keys that no person can destroy, because of KMS's own dual authorization. One identity opens a
 * deletion window of 7 days on the KMS key behind the key, and another identity must destroy it within the window. The
 * window expired, or nothing proves who opened it, so it is not known who may act. KMS opens a window for active keys
 * only, so such a key must be reactivated and deactivated again. Reports name these keys early, before a person
 * requests their destruction in vain. After a run that deactivated keys, the file lists these keys again to find such
 * windows.
 */

import { isUkoError } from "../../../errors.ts";
import { windowFault } from "../../../lifecycle/kms-window.ts";
import { guardCodes } from "../../../lifecycle/plan.ts";
import type { CampaignContext } from "../view/context.ts";
import { type ListedKey, namedListedKey, takeCampaignInventory } from "../view/inventory.ts";
import type { KeyResult } from "./key-results.ts";
import { folderFlag, type NextCommand, type ReportSection, remarked, section, tableOf } from "./report.ts";

type WindowToRenew = ReturnType<typeof windowsToRenew>[number];

export function windowsToRenew(
  keys: readonly { readonly name: string; readonly listed?: ListedKey | undefined }[],
  nowMs: number,
) {
  return keys.flatMap(({ name, listed }) => {
    const fault = listed?.observation && windowFault(listed.observation, nowMs);
    return fault ? [{ key: name, label: listed.traits.label, code: guardCodes[fault] }] : [];
  });
}

/** The section that names these keys. Otherwise they would be noticed only when their destruction is requested. */
export function windowSection(windows: readonly WindowToRenew[]): readonly ReportSection[] {
  return section("Roll back these keys, then deactivate them again", {
    table: tableOf(windows, {
      label: "label",
      key: "key",
      why: ({ code }) => `${windowSentences[code] ?? ""} [${code}]`,
    }),
  });
}

export function windowNext(wave: string, keys: readonly string[], path: string): readonly NextCommand[] {
  return keys
    .slice(0, 5)
    .map((key) =>
      remarked(`uko campaign rollback ${wave} --key ${key} ${folderFlag(path)}`, "then deactivate it again"),
    );
}

/** The reason for each code under which such a key is reported. */
export const windowSentences: Readonly<Record<string, string>> = {
  [guardCodes.kms_window_expired]: "its KMS deletion window expired, and KMS opens one for active keys only",
  [guardCodes.kms_setter_unknown]: "it is not known who opened its KMS deletion window",
};

/**
 * Lists the deactivated keys again, in a few calls, if KMS protects any of them with a deletion window. The steps are
 * taken already, so a list that fails stops nothing: the result is undefined, and `status` shows the keys later.
 */
export async function windowsAfter(
  context: CampaignContext,
  results: readonly KeyResult[],
): Promise<readonly WindowToRenew[] | undefined> {
  const { world, plan, options } = context;
  const acted = new Set(results.flatMap(({ key, outcome }) => (outcome === "acted" ? [key] : [])));
  const dual = plan.keys.filter(({ name, listed }) => acted.has(name) && listed?.kmsDualAuthorization === true);
  if (dual.length === 0) return [];
  const vaults = [...new Set(dual.map(({ line }) => line.vault))];
  try {
    const { keys, nowMs, unreadable } = await takeCampaignInventory(world, { vaults, kmsKeys: false }, options);
    if (unreadable.length > 0) return undefined;
    const now = new Map(keys.map((key) => [namedListedKey(key), key]));
    return windowsToRenew(
      dual.map(({ name }) => ({ name, listed: now.get(name) })),
      nowMs,
    );
  } catch (error) {
    if (isUkoError(error)) return undefined;
    throw error;
  }
}
