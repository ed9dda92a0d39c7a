/** Which resource declares which object, as one run has learned. See `decideSharedDeletion`. */

import { type Declaration, decideSharedDeletion, type SharedDeletion } from "../../lifecycle/shared-object.ts";

export interface Declarations {
  /** State holds the object under the resource, which has only its latest object. */
  noteStored(resource: string, id: string): void;
  /**
   * The program declares a resource of this name. Only a check shows it: engines also compare resources
   * after a refresh, and a destroy begins with one.
   */
  noteWanted(resource: string): void;
  isWanted(resource: string | undefined): boolean;
  /** A wanted resource stays with this object: the run found no difference, or has updated it. */
  noteKept(resource: string, id: string): void;
  /** The program names the object for the resource, unless state holds one there. */
  noteNamed(resource: string, id: string): void;
  /** A resource that lets go no longer counts, so the last of several takes the steps. */
  decideDeletion(resource: string | undefined, id: string): SharedDeletion;
}

export function createDeclarations(): Declarations {
  const byResource = new Map<string, Declaration>();
  const wanted = new Set<string>();
  return {
    noteStored: (resource, id) => void byResource.set(resource, { resource, id, isStored: true }),
    noteWanted: (resource) => void wanted.add(resource),
    isWanted: (resource) => resource !== undefined && wanted.has(resource),
    noteKept(resource, id) {
      if (wanted.has(resource)) byResource.set(resource, { resource, id, isStored: true, isKept: true });
    },
    noteNamed(resource, id) {
      if (byResource.get(resource)?.isStored !== true) byResource.set(resource, { resource, id, isStored: false });
    },
    decideDeletion(resource, id) {
      const decision = decideSharedDeletion([...byResource.values()], { resource, id });
      if (decision.kind === "let_go" && resource !== undefined && byResource.get(resource)?.id === id) {
        byResource.delete(resource);
      }
      return decision;
    },
  };
}
