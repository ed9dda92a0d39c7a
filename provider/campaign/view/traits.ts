/** Makes of a key, as the service shows it, the properties that the rules of a campaign can match. */

import type { KmsKeySnapshot } from "../../engine/ports/kms-keys.ts";
import type { KeySnapshot } from "../../engine/ports/world.ts";
import { plain } from "../../engine/text/words.ts";
import { kmsStateWord } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { KeyTraits } from "../rules/campaign.ts";

export function managedTraits(snapshot: KeySnapshot, vaultName: string): KeyTraits {
  return {
    kind: "managed",
    vaultId: snapshot.vaultId,
    vaultName: plain(vaultName, 100),
    id: snapshot.keyId,
    label: plain(snapshot.label, 255),
    state: snapshot.stateWord,
    keystoreTypes: snapshot.referencedKeystores.map(({ type }) => type),
    tags: snapshot.tags,
    template: plain(snapshot.templateName, 100),
    ...(snapshot.createdAtMs !== undefined && { createdAtMs: snapshot.createdAtMs }),
  };
}

export function kmsTraits(kmsKey: KmsKeySnapshot): KeyTraits {
  return {
    kind: "kms",
    vaultId: "",
    vaultName: "",
    id: kmsKey.kmsKeyId,
    label: plain(kmsKey.name, 255),
    state: kmsStateWord(kmsKey.state),
    keystoreTypes: [],
    tags: kmsKey.tags.map((name) => ({ name, value: "" })),
    template: "",
    ...(kmsKey.createdAtMs !== undefined && { createdAtMs: kmsKey.createdAtMs }),
  };
}
