/**
 * Keeps requests on a campaign's keys out of the groups for approval, and lists them by wave, because they are approved
 * with their wave. A console with the folder of a campaign asks the manifest, too, and refuses each act but a
 * withdrawal or reactivation on a key that a rule leaves alone.
 */

import { linesByReason, sayApprovedByCampaign } from "../compose/text.ts";
import type { PendingKey } from "../engine/key/sets/survey.ts";
import type { KnownCampaign } from "../engine/ports/known-campaign.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import type { KeyActId } from "../engine/text/act.ts";
import { asUkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { linkTo, list } from "../html/report-parts.ts";
import type { ConsoleApp } from "./console-context.ts";
import { keyPath, sayKeys, waveAddress } from "./parts.ts";

/** Read again for each page, because people change the folder while the console runs. */
export async function knownCampaign({ run, campaign }: Pick<ConsoleApp, "run" | "campaign">) {
  return campaign === undefined ? undefined : run.campaignAt(campaign.folder);
}

/** The campaign that approves the request; undefined if a group of requests may have the key. */
export function leaderOf({ report, acts }: PendingKey, campaign: KnownCampaign | undefined) {
  const isForApproval = acts.some(({ id }) => id === "approve" || id === "store");
  return isForApproval ? (campaign?.markOf(keyPath(report)) ?? report.deletion.campaign) : undefined;
}

/** One line for each wave. A person can still open the page of one key, and approve it there. */
export function campaignKeysPart(led: readonly PendingKey[], campaign: KnownCampaign | undefined): Html {
  if (led.length === 0) return html``;
  const waves = Map.groupBy(led, (key) => {
    const { name = "", wave = "", isLeft = false } = leaderOf(key, campaign) ?? {};
    return JSON.stringify([name, wave, isLeft]);
  });
  const lines = Array.from(waves, ([place, keys]) => {
    const [name, wave, isLeft] = JSON.parse(place) as [string, string, boolean];
    const why = sayApprovedByCampaign({ name, wave, ...(isLeft && { isLeft }) });
    const [line = ""] = linesByReason(keys.map(({ report: { label = "" } }) => ({ label, why })));
    const link = campaign?.name === name ? linkTo(waveAddress(wave), `Wave ${wave}`) : "";
    return html`${line.trim()} ${link}`;
  });
  return html`<h2>In a campaign</h2>
<p role="status">${sayKeys(led.length)}</p>
${list(lines)}`;
}

/** An act that makes a key safer passes every rule. */
const passing: readonly string[] = ["withdraw", "reactivate"] satisfies readonly KeyActId[];

/** Throws UKO_KEY_LEFT. Returns the warning about a key that no rule names. */
export async function requireNotLeft(
  campaign: KnownCampaign | undefined,
  { instanceId, vaultId, keyId }: Pick<PendingKey["report"], "instanceId" | "vaultId" | "keyId">,
  act: string,
  options: CallOptions,
): Promise<string | undefined> {
  if (campaign === undefined || passing.includes(act)) return undefined;
  const ref = vaultId === "" ? { instanceId, kmsKeyId: keyId } : { instanceId, vaultId, keyId };
  return campaign.requireNotLeft(ref, options);
}

/** The keys of a group that no rule leaves alone, and why the others stand apart. */
export async function withoutLeft(
  { run }: Pick<ConsoleApp, "run">,
  { keys, campaign }: { readonly keys: readonly PendingKey[]; readonly campaign: KnownCampaign | undefined },
  options: CallOptions,
): Promise<{ readonly kept: readonly PendingKey[]; readonly left: readonly string[] }> {
  if (campaign === undefined) return { kept: keys, left: [] };
  const left: string[] = [];
  const act = async (key: PendingKey): Promise<readonly PendingKey[]> => {
    try {
      await requireNotLeft(campaign, key.report, "", options);
      return [key];
    } catch (thrown) {
      const { code, summary } = asUkoError(thrown);
      if (code !== "UKO_KEY_LEFT") throw thrown;
      left.push(summary);
      return [];
    }
  };
  const { results, stoppedBy } = await run.many({ items: keys, what: "Reading the rules", act }, options);
  if (stoppedBy !== undefined) throw stoppedBy;
  return { kept: results.flat(), left };
}
