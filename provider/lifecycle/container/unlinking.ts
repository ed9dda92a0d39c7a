/**
 * Finds the keys that a change of the groups of keystores, or of templates, would remove from a keystore: an outage, so
 * it must never be the side effect of an update. A key also counts if its template or keystore is not listed.
 */

import type { ObservedState } from "../vocabulary/managed-key-states.ts";

export interface DistributedKey {
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly state: ObservedState;
  readonly templateId: string;
  /** The keystores that the key refers to. */
  readonly keystoreIds: readonly string[];
}

/** Where keys belong: the keystores of the template's type that list the template's group (uko-v4.md 3.6). */
export interface Distribution {
  readonly keystores: readonly { readonly id: string; readonly type: string; readonly groups: readonly string[] }[];
  readonly templates: readonly { readonly id: string; readonly type: string; readonly group: string }[];
}

/** A key, and a keystore that it is in and would no longer belong to. */
export interface Unlinking {
  readonly key: DistributedKey;
  readonly keystoreId: string;
}

/** The keys that an alignment with `distribution` would unlink, or may unlink. */
export function unlinkedBy(keys: readonly DistributedKey[], distribution: Distribution): readonly Unlinking[] {
  return installationsOf(keys).filter((pair) => meaning(pair, distribution) !== "meant");
}

/**
 * The keys that a change from `before` to `after` would unlink, and that are not unlinked already.
 * If a key's template or keystore is not listed (a shadow template is not, uko-v4.md 9 U17), the
 * key counts if the change narrows the part that is listed.
 */
export function newlyUnlinked(
  keys: readonly DistributedKey[],
  before: Distribution,
  after: Distribution,
): readonly Unlinking[] {
  return unlinkedBy(keys, after).filter((pair) => {
    const was = meaning(pair, before);
    return was === "meant" || (was === "untold" && isNarrowedFor(pair, before, after));
  });
}

function installationsOf(keys: readonly DistributedKey[]): readonly Unlinking[] {
  return keys.filter(isInstalled).flatMap((key) => key.keystoreIds.map((keystoreId) => ({ key, keystoreId })));
}

/**
 * Only keys that were never active and destroyed keys are in no keystore (uko-v4.md 2.1 S7). A key
 * in an unknown state counts as installed.
 */
function isInstalled({ state }: DistributedKey): boolean {
  return state !== "pre_activation" && state !== "destroyed" && state !== "destroyed_compromised";
}

function meaning(pair: Unlinking, distribution: Distribution): "meant" | "not_meant" | "untold" {
  const { template, keystore } = partiesOf(pair, distribution);
  if (template === undefined || keystore === undefined) return "untold";
  return keystore.type === template.type && keystore.groups.includes(template.group) ? "meant" : "not_meant";
}

function isNarrowedFor(pair: Unlinking, before: Distribution, after: Distribution): boolean {
  const was = partiesOf(pair, before);
  const is = partiesOf(pair, after);
  const losesGroup = was.keystore?.groups.some((group) => is.keystore?.groups.includes(group) !== true) === true;
  const changesGroup = was.template !== undefined && was.template.group !== is.template?.group;
  return losesGroup || changesGroup;
}

function partiesOf({ key, keystoreId }: Unlinking, { keystores, templates }: Distribution) {
  return {
    template: templates.find(({ id }) => id === key.templateId),
    keystore: keystores.find(({ id }) => id === keystoreId),
  };
}
