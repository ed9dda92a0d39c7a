/**
 * The declarations that one run has learned: which resource declares which object.
 * `decideSharedDeletion` has the rule.
 */

import { type Declaration, decideSharedDeletion, type SharedDeletion } from "../../lifecycle/shared-object.ts";

export interface Declarations {
  /**
   * The program declares the resource, and state holds the object under it. A resource has only its
   * latest object.
   */
  noteStored(resource: string, id: string): void;
  /**
   * The program names the object for the resource. A state that holds the object there overrides
   * this.
   */
  noteNamed(resource: string, id: string): void;
  /**
   * A resource that lets its object go no longer counts, so the last of several resources takes the
   * steps.
   */
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
