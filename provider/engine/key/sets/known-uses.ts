/**
 * Remembers the names of the resources that the reads of this process showed, because a review has only their IDs. The
 * page that approves a review takes the names from here.
 */

import type { UsingResource } from "../../../lifecycle/vocabulary/observation.ts";
import type { Session } from "../../ports/world.ts";

type Named = Pick<UsingResource, "name" | "service">;

const bySession = new WeakMap<Session, Map<string, Named>>();

export function rememberUses(session: Session, resources: readonly UsingResource[]): void {
  const known = bySession.get(session) ?? new Map<string, Named>();
  bySession.set(session, known);
  for (const { id, name, service } of resources) known.set(id, { name, service });
}

/** The name and the service of each resource; its ID if no read of this process named it. */
export function nameUses(session: Session, ids: readonly string[]): readonly Named[] {
  const known = bySession.get(session);
  return ids.map((id) => known?.get(id) ?? { name: id, service: "" });
}
