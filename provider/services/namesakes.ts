/**
 * Notes the labels of all keys in the lists that a run reads. A message names a key by its label only if no other key
 * has it there: the printed command would otherwise be refused, because it fits several keys.
 */

import type { Keys, World } from "../engine/ports/world.ts";

export function withNamesakes(keys: Keys): {
  readonly keys: Keys;
  readonly namesakes: NonNullable<World["namesakes"]>;
} {
  /** The one key with each label; undefined for a label of several keys. */
  const only = new Map<string, string | undefined>();
  return {
    keys: {
      ...keys,
      async list(query, options) {
        const listed = await keys.list(query, options);
        for (const { keyId, label } of listed) {
          only.set(label, (only.has(label) ? only.get(label) : keyId) === keyId ? keyId : undefined);
        }
        return listed;
      },
    },
    namesakes: { has: ({ keyId, label }) => only.has(label) && only.get(label) !== keyId },
  };
}
