/**
 * Remembers which resource declares which object, as far as one run of an engine has shown it. So a deletion finds out
 * whether another resource still declares the object; `decideSharedDeletion` then decides.
 */

import {
  type Declaration,
  type DeletionTarget,
  decideSharedDeletion,
  type SharedDeletion,
} from "../../lifecycle/stored-state/shared-object.ts";

export interface Declarations {
  /** State holds the object under the resource, which has only its latest object. */
  noteStored(resource: string, id: string): void;
  /**
   * The program declares a resource of this name. Only a check shows it: engines also compare resources
   * after a refresh, and a destroy begins with one. `place` is the unique name of the object that the
   * program wants.
   */
  noteWanted(resource: string, place?: string): void;
  isWanted(resource: string | undefined): boolean;
  /** Whether the run is one of a program, as far as its calls revealed. */
  hasWanted(): boolean;
  /** A wanted resource stays with this object: the run found no difference, or has updated it. */
  noteKept(resource: string, id: string): void;
  /** The program names the object for the resource, unless state holds one there. */
  noteNamed(resource: string, id: string): void;
  /**
   * Decides whether the deletion of a resource deletes its object. A resource that only left state no longer counts, so
   * the last of several resources takes the steps.
   */
  decideDeletion(target: DeletionTarget): SharedDeletion;
}

export function createDeclarations(): Declarations {
  const byResource = new Map<string, Declaration>();
  const wanted = new Set<string>();
  const noteUnstored = (resource: string, facts: Pick<Declaration, "id" | "place">): void => {
    const before = byResource.get(resource);
    if (before?.isStored !== true) byResource.set(resource, { ...before, resource, ...facts, isStored: false });
  };
  return {
    noteStored: (resource, id) => void byResource.set(resource, { resource, id, isStored: true }),
    noteWanted(resource, place) {
      wanted.add(resource);
      if (place !== undefined) noteUnstored(resource, { place });
    },
    isWanted: (resource) => resource !== undefined && wanted.has(resource),
    hasWanted: () => wanted.size > 0,
    noteKept(resource, id) {
      if (wanted.has(resource)) byResource.set(resource, { resource, id, isStored: true, isKept: true });
    },
    noteNamed: (resource, id) => noteUnstored(resource, { id }),
    decideDeletion(target) {
      const { resource, id } = target;
      const decision = decideSharedDeletion([...byResource.values()], target);
      if (decision.kind === "let_go" && resource !== undefined && byResource.get(resource)?.id === id) {
        byResource.delete(resource);
      }
      return decision;
    },
  };
}
