/** What a hold promises: no call of the tool takes anything from a held key, and each write keeps who released a hold. */

import { parseNote } from "../../../provider/lifecycle/consent/key-note.ts";
import { sha256 } from "../../support/builders.ts";
import type { Planned } from "./tool.ts";
import { Violation } from "./violation.ts";
import type { Flight, World } from "./world.ts";

type ModelKey = NonNullable<World["key"]>;

/** Calls that lead toward the end of the key. The request and the approval are records. */
const leading: ReadonlySet<Planned["kind"]> = new Set([
  ...(["write_record", "set_for_deletion", "deactivate", "destroy", "remove"] as const),
]);

/**
 * A call under an ETag is refused if the hold came after the read. A window in KMS and a removal have no such guard, so
 * only what the run read counts for them.
 */
export function takesNothingHeld(before: World, { seen }: Flight, { kind }: Planned): void {
  if (!leading.has(kind)) return;
  const isUnguarded = kind === "set_for_deletion" || kind === "remove";
  if (isHeld(isUnguarded ? seen?.key : before.key)) throw new Violation("held key", `${kind} on a key that is held`);
}

/** Only a hold that needs the room, or a newer release, may drop the line of a release. */
export function keepsReleases({ key }: World, { kind, request }: Planned): void {
  if (request.kind !== "patch" || request.tags === undefined || kind === "hold" || kind === "release") return;
  const lost = releasesOn(key?.tags).length - releasesOn(request.tags).length;
  if (lost > 0) throw new Violation("release erased", `${kind} took ${lost} released holds off the note`);
}

function isHeld(key: ModelKey | undefined): boolean {
  return key?.tags.some(({ name }) => name === "hold") === true;
}

function releasesOn(tags: ModelKey["tags"] = []) {
  return parseNote(tags.find(({ name }) => name === "uko_note")?.value, sha256).released;
}
