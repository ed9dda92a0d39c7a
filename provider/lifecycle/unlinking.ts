/** Which keys would be cut off from a keystore by a change of groups: an outage that nobody asked for by its name. Pure. */

import type { ObservedState } from "./managed-key-states.ts";

export interface DistributedKey {
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly state: ObservedState;
  readonly templateId: string;
  /** The keystores that the key refers to. */
  readonly keystoreIds: readonly string[];
}

/** What decides where a key goes (uko-v4.md 3.6): keystores of the template's type that list the template's group. */
export interface Distribution {
  readonly keystores: readonly { readonly id: string; readonly type: string; readonly groups: readonly string[] }[];
  readonly templates: readonly { readonly id: string; readonly type: string; readonly group: string }[];
}

/** A key and a keystore that it refers to and that would no longer be meant for it. */
export interface Unlinking {
  readonly key: DistributedKey;
  readonly keystoreId: string;
}

/** The keys that `distribution` would unlink if they were aligned with it; a key whose template is not told counts. */
export function unlinkedBy(keys: readonly DistributedKey[], distribution: Distribution): readonly Unlinking[] {
  return keys
    .filter(isInstalled)
    .flatMap((key) =>
      key.keystoreIds
        .filter((keystoreId) => !isMeantFor(key, keystoreId, distribution))
        .map((keystoreId) => ({ key, keystoreId })),
    );
}

/** The keys that a change from `before` to `after` would unlink, and that are not unlinked already. */
export function newlyUnlinked(
  keys: readonly DistributedKey[],
  before: Distribution,
  after: Distribution,
): readonly Unlinking[] {
  return unlinkedBy(keys, after).filter(({ key, keystoreId }) => isMeantFor(key, keystoreId, before));
}

/** Only keys that were never active and destroyed ones are in no keystore (uko-v4.md 2.1 S7); an unknown state counts. */
function isInstalled({ state }: DistributedKey): boolean {
  return state !== "pre_activation" && state !== "destroyed" && state !== "destroyed_compromised";
}

function isMeantFor(key: DistributedKey, keystoreId: string, { keystores, templates }: Distribution): boolean {
  const template = templates.find(({ id }) => id === key.templateId);
  const keystore = keystores.find(({ id }) => id === keystoreId);
  if (template === undefined || keystore === undefined) return false;
  return keystore.type === template.type && keystore.groups.includes(template.group);
}
