/**
 * What one run has told of its resources. Pulumi tells no provider that a creation is half of a replacement or of a rename, and
 * such a creation finds the very key again that its run then deletes: by its mark (decision 0010), or by `existingKeyId`.
 * Without this memory the second half would ask for the end of the key that the first half has just put in its place.
 */

import { createDeclarations } from "../engine/declarations.ts";
import { UkoError } from "../errors.ts";
import type { SharedDeletion } from "../lifecycle/shared-object.ts";

export interface RunMemory {
  /** The program has a resource of this URN. `id` is the object that it adopts or means, where the program or a failed creation says. */
  noteWanted(urn: string, id?: string): void;
  isWanted(urn: string): boolean;
  /** The state has this id under the URN, which says nothing about the program: a destroy begins with such reads. */
  noteStored(urn: string, id: string): void;
  /** The program has the resource, and the state has this id under the URN. */
  noteDeclared(urn: string, id: string): void;
  /** An import looks at the object; whether it comes into the state is not known in this run. */
  noteImported(urn: string, id: string): void;
  /** The URN under which the state has this id, as far as the run was told. */
  holderOf(id: string): string | undefined;
  /** A creation found this one. Throws UKO_CHANGE_IMPOSSIBLE where the state has it already, since it cannot replace itself. */
  takeFound(urn: string, id: string): void;
  /** Whether a creation of this run found this very one, so that what is to be deleted is only its former place in the state. */
  isFound(urn: string, id: string): boolean;
  /** The run could not read the resource and kept its state; answers how many there are so far. */
  noteUnread(urn: string): number;
  /** How many there are; 0 from the second time on, so that a run ends with one such line. */
  takeUnread(): number;
  /** What a deletion may do, given what other resources of the program declare. */
  decideDeletion(urn: string, id: string): SharedDeletion;
}

export function createRunMemory(): RunMemory {
  const wanted = new Set<string>();
  const stored = new Map<string, string>();
  const imported = new Set<string>();
  const found = new Set<string>();
  const unread = new Set<string>();
  const declarations = createDeclarations();
  const join = (urn: string, id: string): string => `${urn} ${id}`;
  return {
    noteWanted(urn, id) {
      wanted.add(urn);
      if (id !== undefined) declarations.noteNamed(urn, id);
    },
    isWanted: (urn) => wanted.has(urn),
    noteStored: (urn, id) => void stored.set(join(urn, id), urn),
    noteDeclared(urn, id) {
      if (imported.has(join(urn, id))) return;
      stored.set(join(urn, id), urn);
      declarations.noteStored(urn, id);
    },
    noteImported(urn, id) {
      imported.add(join(urn, id));
      declarations.noteNamed(urn, id);
    },
    holderOf: (id) => [...stored].find(([place]) => place.endsWith(` ${id}`))?.[1],
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
    noteUnread: (urn) => unread.add(urn).size,
    takeUnread() {
      const count = unread.size;
      unread.clear();
      return count;
    },
    decideDeletion: (urn, id) => declarations.decideDeletion(urn, id),
  };
}
