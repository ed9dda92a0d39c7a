/**
 * What one run has told of its resources. Pulumi tells no provider that a creation is half of a replacement, and a replacement
 * finds the very key again that it is to replace: by its mark (decision 0010), or by `existingKeyId`. Without this memory the
 * second half would ask for the end of the key that the first half has just put in its place.
 */

import { UkoError } from "../errors.ts";

export interface RunMemory {
  /** The program has a resource of this URN. */
  noteWanted(urn: string): void;
  isWanted(urn: string): boolean;
  /** The state has this id under the URN. */
  noteStored(urn: string, id: string): void;
  /** A creation found this one. Throws UKO_CHANGE_IMPOSSIBLE where the state has it already, since it cannot replace itself. */
  takeFound(urn: string, id: string): void;
  /** Whether a creation of this run found this very one, so that what is to be deleted is only its former place in the state. */
  isFound(urn: string, id: string): boolean;
}

export function createRunMemory(): RunMemory {
  const wanted = new Set<string>();
  const stored = new Set<string>();
  const found = new Set<string>();
  const join = (urn: string, id: string): string => `${urn} ${id}`;
  return {
    noteWanted: (urn) => void wanted.add(urn),
    isWanted: (urn) => wanted.has(urn),
    noteStored: (urn, id) => void stored.add(join(urn, id)),
    takeFound(urn, id) {
      if (stored.has(join(urn, id))) {
        throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
          summary: `"${urn.split("::").at(-1)}" cannot be replaced by itself: its label or the id in the program leads to the very one that is to go`,
          detail:
            "Nothing was made, and nothing of it is ended. Make a new one beside it, under a name and a label of its own, move to " +
            "it, then take the old one out of the program.",
        });
      }
      found.add(join(urn, id));
    },
    isFound: (urn, id) => found.has(join(urn, id)),
  };
}
