/**
 * Opens what the folder of a campaign says of keys, for commands and pages that are no acts of the campaign: which
 * keys the manifest lists, and which keys the rules leave alone. It reads campaign.yaml and the manifest, and refuses
 * both if they belong to another instance or were edited. It makes no call until a key is asked about.
 */

import { vaultsOf } from "../../engine/loop/absence.ts";
import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import type { KnownCampaign } from "../../engine/ports/known-campaign.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import { UkoError } from "../../errors.ts";
import { unnamed } from "../files/campaign-file.ts";
import type { CampaignFolder } from "../files/file-forms.ts";
import { findManifest, readCampaign } from "../files/folder.ts";
import { type ManifestKey, markOfLine, namedKey } from "../files/manifest.ts";
import { warningWordsOf } from "../files/settings.ts";
import type { KeyTraits } from "../rules/campaign.ts";
import { leavingOf } from "../rules/line.ts";
import { firstMatch } from "../rules/rules.ts";
import { kmsTraits, managedTraits } from "./traits.ts";

/** Throws UKO_INPUT_INVALID, and UKO_INSTANCE_MISMATCH for the folder of another instance. */
export async function openKnownCampaign(world: World, folder: CampaignFolder): Promise<KnownCampaign> {
  const { campaign } = await readCampaign(folder, world.session);
  const manifest = await findManifest({ folder, campaign }, world.sha256);
  const ruled = (manifest?.keys ?? []).filter(({ wave }) => wave !== unnamed.wave);
  const lines = new Map((manifest?.keys ?? []).map((line) => [namedKey(line), line]));
  const marks = new Map(
    ruled.map((line) => {
      const mark = markOfLine(campaign.name, line, world.sha256);
      return [namedKey(line), { ...mark, ...(line.class === "leave" && ({ isLeft: true } as const)) }];
    }),
  );
  let vaults: ReturnType<typeof vaultsOf> | undefined;
  return {
    name: campaign.name,
    path: folder.path,
    markOf: (name) => marks.get(name),
    pastLabels(name) {
      const { label, wave } = lines.get(name) ?? {};
      const seenAt = manifest?.waves.find((each) => each.wave === wave)?.plannedAt;
      return label === undefined || seenAt === undefined ? [] : [{ label, seenAt, source: "manifest" }];
    },
    warningWords: warningWordsOf(campaign, manifest?.waves ?? []),
    async requireNotLeft(ref, options) {
      const kind = "kmsKeyId" in ref ? "kms" : "managed";
      const [vault, id] = "kmsKeyId" in ref ? ["", ref.kmsKeyId] : [ref.vaultId, ref.keyId];
      const line = lines.get(namedKey({ kind, vault, id }));
      const traits = await readTraits(world, ref, options, () => (vaults ??= vaultsOf(world, options)));
      if (traits === undefined) return undefined;
      const isInScope = kind === "kms" ? campaign.scope.kmsKeys : (campaign.scope.vaults?.includes(vault) ?? true);
      if (!isInScope && line === undefined) return undefined;
      const index = firstMatch(campaign.rules, line === undefined ? traits : asListed(traits, line));
      const listed = line?.wave === unnamed.wave ? undefined : line?.class;
      const rule = index === undefined ? undefined : campaign.rules[index]?.class;
      const leaving = leavingOf({ ruled: rule, listed });
      if (leaving === "rule") throw leftByRule(campaign.name, folder.path, traits.label);
      return leaving === "default"
        ? `Campaign "${campaign.name}" has no rule for key "${traits.label}", so it leaves the key. uko goes on.`
        : undefined;
    },
  };
}

/** The rules see a key as the manifest has it, because a rule about a state would otherwise change with each step. */
function asListed(traits: KeyTraits, { vaultName, label, state, keystores }: ManifestKey): KeyTraits {
  return { ...traits, vaultName, label, state, keystoreTypes: keystores.map(({ type }) => type) };
}

/** Undefined if the service has no such key: the command itself then says so. */
async function readTraits(
  { keys, kmsKeys }: World,
  ref: KeyRef | KmsKeyRef,
  options: CallOptions,
  vaultsOnce: () => ReturnType<typeof vaultsOf>,
): Promise<KeyTraits | undefined> {
  if ("kmsKeyId" in ref) {
    const { value } = await kmsKeys.read(ref, options);
    return value && kmsTraits(value);
  }
  const { value } = await keys.read(ref, options);
  if (value === undefined) return undefined;
  const vault = (await vaultsOnce()).find(({ id }) => id === ref.vaultId);
  return managedTraits(value.snapshot, vault?.name ?? "");
}

function leftByRule(name: string, path: string, label: string): UkoError {
  return new UkoError("UKO_KEY_LEFT", {
    summary: `Campaign "${name}" leaves key "${label}" alone`,
    detail: [
      `A rule of ${path}/campaign.yaml has the class leave for the key. Nothing was changed.`,
      "Next: to delete the key, change the rule with the owners of the key, then uko campaign plan --write",
    ].join("\n"),
  });
}
