/** Which resource declares which object, as one run has learned. See `decideSharedDeletion`. */

import { type Declaration, decideSharedDeletion, type SharedDeletion } from "../../lifecycle/shared-object.ts";

export interface Declarations {
  /** State holds the object under the resource, which has only its latest object. */
  noteStored(resource: string, id: string): void;
  /** The program names the object for the resource, unless state holds one there. */
  noteNamed(resource: string, id: string): void;
  /** A resource that lets go no longer counts, so the last of several takes the steps. */
  decideDeletion(resource: string | undefined, id: string): SharedDeletion;
}

export function createDeclarations(): Declarations {
  const byResource = new Map<string, Declaration>();
  return {
    noteStored: (resource, id) => void byResource.set(resource, { resource, id, isStored: true }),
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
