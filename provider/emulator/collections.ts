/** The indexes of a world, so that no request about one object reads all of them. */

import { Collection } from "./collection.ts";
import { dueMsOf } from "./kms/due.ts";
import type { Key, Keystore, KmsKey, Template } from "./model.ts";

const only = (key: string | undefined): readonly string[] => (key === undefined ? [] : [key]);

/** Keys and their older versions. Current keys are those that are no older version of another. */
export class Keys extends Collection<Key> {
  readonly byHead = this.indexBy(({ headId }) => only(headId));
  readonly byTemplate = this.indexBy(({ templateId }) => [templateId]);
  readonly byVault = this.indexBy(({ vaultId }) => [vaultId]);
  readonly currentByTemplate = this.indexBy(({ headId, templateId }) => (headId === undefined ? [templateId] : []));
  readonly currentByVault = this.indexBy(({ headId, vaultId }) => (headId === undefined ? [vaultId] : []));
  readonly currentByLabel = this.indexBy(({ headId, vaultId, label }) =>
    headId === undefined ? [`${vaultId}/${label}`] : [],
  );
}

export class KmsKeys extends Collection<KmsKey> {
  readonly byManagedKey = this.indexBy(({ twinOf }) => only(twinOf?.keyId));
  readonly byAlias = this.indexBy(({ aliases }) => aliases.map(({ alias }) => alias));
  readonly byRing = this.indexBy(({ ring }) => [ring]);
  /** No key changes by time alone before this moment. */
  dueMs = Number.POSITIVE_INFINITY;

  override changed(id: string): void {
    super.changed(id);
    const key = this.get(id);
    if (key !== undefined) this.dueMs = Math.min(this.dueMs, dueMsOf(key));
  }
}

export class Keystores extends Collection<Keystore> {
  readonly byVault = this.indexBy(({ vaultId }) => [vaultId]);
}

export class Templates extends Collection<Template> {
  readonly byVault = this.indexBy(({ vaultId }) => [vaultId]);
  readonly byName = this.indexBy(({ vaultId, name }) => [`${vaultId}/${name}`]);
}
