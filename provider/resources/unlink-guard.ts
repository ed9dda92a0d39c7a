/**
 * Refuses a change of groups that would cut keys off from a keystore: the next alignment of a key would remove it, and
 * applications could no longer use it there. The change is also refused if the affected keys cannot be read. A person
 * who wants the change has to delete the keys first.
 */

import type { KeystoreSnapshot, TemplateSnapshot } from "../engine/ports/containers.ts";
import type { CallOptions, KeySnapshot, World } from "../engine/ports/world.ts";
import { plain } from "../engine/text/words.ts";
import { type ErrorCode, isUkoError, UkoError } from "../errors.ts";
import { type DistributedKey, type Distribution, newlyUnlinked } from "../lifecycle/container/unlinking.ts";
import { keyStates } from "../lifecycle/vocabulary/managed-key-states.ts";

/** The container about to be narrowed, and the group or groups that it will have. */
export type Narrowing =
  | { readonly kind: "keystore"; readonly id: string; readonly groups: readonly string[] }
  | { readonly kind: "template"; readonly id: string; readonly group: string };

const maxNamed = 10;

/**
 * Throws UKO_KEY_WOULD_BE_UNLINKED, or UKO_CONTENTS_UNREADABLE if the affected keys cannot be
 * determined. `what` names the container.
 */
export async function refuseUnlinking(
  world: World,
  vaultId: string,
  narrowing: Narrowing,
  what: string,
  options: CallOptions,
): Promise<void> {
  const { keys, before, names } = await readDistribution(world, vaultId, what, options);
  const known: readonly { readonly id: string }[] = narrowing.kind === "keystore" ? before.keystores : before.templates;
  // If the previous groups are unknown, no key would count as cut off.
  if (!known.some(({ id }) => id === narrowing.id)) {
    throw unlinkingUnknown(
      what,
      "The service does not report where its keys are. Run again later. If that does not help, check it in the console.",
    );
  }
  const unlinkings = newlyUnlinked(keys, before, narrowed(before, narrowing));
  if (unlinkings.length === 0) return;
  const nameOf = (id: string): string => {
    const name = names.get(id) ?? "";
    return name === "" ? id : `"${plain(name, 60)}"`;
  };
  const named = unlinkings
    .slice(0, maxNamed)
    .map(
      ({ key, keystoreId }) =>
        `Key "${plain(key.label, 100)}" ${key.vaultId}/${key.keyId} would leave keystore ${nameOf(keystoreId)}.`,
    );
  const more = unlinkings.length > maxNamed ? [`And ${unlinkings.length - maxNamed} more.`] : [];
  throw new UkoError("UKO_KEY_WOULD_BE_UNLINKED", {
    summary: `The change of ${what} would cut ${unlinkings.length === 1 ? "a key" : `${unlinkings.length} keys`} off from a keystore`,
    detail: [
      ...named,
      ...more,
      "After the next alignment, applications could no longer use the key there. Nothing was changed.",
      `Keep the group, or delete ${unlinkings.length === 1 ? "this key" : "these keys"} first.`,
    ].join("\n"),
  });
}

async function readDistribution(
  world: World,
  vaultId: string,
  what: string,
  options: CallOptions,
): Promise<{
  readonly keys: readonly DistributedKey[];
  readonly before: Distribution;
  /** Keystore names by ID. */
  readonly names: ReadonlyMap<string, string>;
}> {
  try {
    const whole = { vaultId, isWhole: true } as const;
    const keys = await world.keys.list(whole, options);
    const keystores = await world.keystores.list(whole, options);
    const templates = await world.templates.list(whole, options);
    return {
      keys: keys.map(toDistributedKey),
      names: new Map(keystores.map(({ id, name }) => [id, name])),
      before: distributionOf(keystores, templates),
    };
  } catch (error) {
    if (!isUkoError(error) || !hidesKeys.includes(error.code)) throw error;
    throw unlinkingUnknown(what, `${error.summary}. ${error.detail}`.trim(), error);
  }
}

const hidesKeys: readonly ErrorCode[] = ["UKO_RIGHTS_MISSING", "UKO_ACCESS_DENIED", "UKO_RESPONSE_INVALID"];

function unlinkingUnknown(what: string, detail: string, cause?: unknown): UkoError {
  const summary = `Could not find out whether the change of ${what} would cut a key off, so nothing was changed`;
  return new UkoError("UKO_CONTENTS_UNREADABLE", { summary, detail, cause });
}

function toDistributedKey({
  vaultId,
  keyId,
  label,
  stateWord,
  templateId,
  referencedKeystores,
}: KeySnapshot): DistributedKey {
  return {
    vaultId,
    keyId,
    label,
    state: keyStates.find((known) => known === stateWord) ?? "unrecognized",
    templateId,
    keystoreIds: referencedKeystores.map(({ id }) => id),
  };
}

/** The current distribution of keys by these keystores and templates. */
export function distributionOf(
  keystores: readonly KeystoreSnapshot[],
  templates: readonly TemplateSnapshot[],
): Distribution {
  return {
    keystores: keystores.map(({ id, type, groups }) => ({ id, type, groups })),
    templates: templates.flatMap(({ id, keystoreType: type, group }) =>
      type === undefined || group === undefined ? [] : [{ id, type, group }],
    ),
  };
}

function narrowed({ keystores, templates }: Distribution, narrowing: Narrowing): Distribution {
  const { kind, id, ...change } = narrowing;
  const narrow = <Part extends { readonly id: string }>(parts: readonly Part[]): readonly Part[] =>
    parts.map((each) => (each.id === id ? { ...each, ...change } : each));
  return kind === "keystore"
    ? { keystores: narrow(keystores), templates }
    : { keystores, templates: narrow(templates) };
}
