/**
 * Lists the probes of the states of a key (uko-v4.md 4). A probe is a set of requests by which `uko probe` compares a
 * real service with the emulator. The first ones delete a key that was never active. The others go through the life of
 * an active key, up to the waits that no run can shorten. A probe never sends a step that deactivates, destroys or
 * removes by itself: own-key.ts takes such steps, after its checks.
 */

import { at, own, type ProbeRow, pick, statuses, textAt, withEtag } from "./row.ts";

const live = "GET uko /managed_keys/{own}/status_in_keystores";
const backingKey = "GET kms /keys/{backingKey}/metadata";
const stateIn =
  (state: string): ProbeRow["holds"] =>
  (responses) =>
    at(responses.at(-1), "state") === state;
const allIn =
  (status: string): ProbeRow["holds"] =>
  (responses) => {
    const found = pick(responses.at(-1), "status_in_keystores.*.status");
    return found.length === 0 ? "the key is in no keystore" : found.every((each) => each === status);
  };
const material =
  (...places: readonly string[]): ProbeRow["holds"] =>
  ([read]) =>
    JSON.stringify(at(read, "key_material_present")) === JSON.stringify(places);

/** The end of a key that was never active. */
// biome-ignore format: a row in few lines
export const draftEndRows = [
  { id: "draft.destroy", answers: "K8", step: "destroy", expects: "A key that was never active is destroyed at once.",
    send: [own], holds: stateIn("destroyed") },
  { id: "draft.no-material", answers: "U28", expects: "After that, its material is nowhere.",
    send: [own], holds: material() },
  { id: "draft.change-destroyed", answers: "patch-destroyed", expects: "A destroyed key can still be changed.",
    send: [own, ["PATCH uko /managed_keys/{own}", { ...withEtag, body: { description: "destroyed" } }]],
    holds: ([, changed]) => changed?.status === 200 },
  { id: "draft.activate-destroyed", answers: "K6", expects: "A destroyed key cannot be activated: 409.",
    send: [own, ["POST uko /managed_keys/{own}/activate", withEtag]],
    holds: ([, refused]) => refused?.status === 409 },
  { id: "draft.remove", answers: "K5", step: "remove",
    expects: "A destroyed key without a pending keystore can be removed: 204, then 404.",
    send: [own], holds: statuses(204, 404) },
] as const satisfies readonly ProbeRow[];

/** The life of an active key, up to its cool-down. */
// biome-ignore format: a row in few lines
export const lifeRows = [
  { id: "life.create", answers: "K2", step: "create", expects: "A creation is 201.",
    send: [], holds: (responses) => responses.at(-1)?.status === 201 },
  { id: "life.activate", answers: "K6", expects: "An activation is 200 with the active key.",
    send: [own, ["POST uko /managed_keys/{own}/activate", withEtag], own],
    holds: ([, activated, read]) =>
      activated?.status === 200 && at(activated, "state") === "active" && activated.headers.etag === read?.headers.etag },
  { id: "life.installed", answers: "U16", expects: "Each keystore has the key active at once.",
    send: [live], holds: allIn("active") },
  { id: "life.material", answers: "U28",
    expects: "The material of an active key is in the repository and in the keystores.",
    send: [own], holds: material("repository", "keystores") },
  { id: "life.backing-key", answers: "M5, M6",
    expects: "The key of an internal keystore is a root key that is active (1) in KMS.",
    send: [backingKey],
    holds: ([read]) => at(read, "resources.0.state") === 1 && at(read, "resources.0.extractable") === false },
  { id: "life.activate-again", answers: "U8", expects: "A second activation is 409 and leaves the ETag.",
    send: [own, ["POST uko /managed_keys/{own}/activate", withEtag], own],
    holds: ([before, again, after]) => again?.status === 409 && before?.headers.etag === after?.headers.etag },
  { id: "life.sync-etag", answers: "K11", expects: "A sync is 200 without an ETag, and the key has a new one.",
    send: [own, ["POST uko /managed_keys/{own}/sync_status_in_keystores", withEtag], own],
    holds: ([before, synced, after]) =>
      synced?.status === 200 && synced.headers.etag === undefined && before?.headers.etag !== after?.headers.etag },
  { id: "life.sync-writer", answers: "U14", expects: "A sync by another person leaves the last writer.",
    send: [own, ["POST uko /managed_keys/{own}/sync_status_in_keystores", { ...withEtag, as: "second" }], own],
    holds: ([before, synced, after]) => synced?.status === 200 && at(before, "updated_by") === at(after, "updated_by") },
  { id: "life.realign", answers: "K10", expects: "A dry run of a realignment is 200 and leaves the ETag.",
    send: [own, ["POST uko /managed_keys/{own}/update_from_template?dry_run=true", withEtag], own],
    holds: ([before, dry, after]) => dry?.status === 200 && before?.headers.etag === after?.headers.etag },
  { id: "life.deactivate", answers: "K7", step: "deactivate",
    expects: "A deactivation is 200 with the deactivated key.",
    send: [own],
    holds: (responses) => responses.at(-2)?.status === 200 && at(responses.at(-1), "state") === "deactivated" },
  { id: "life.unlinked", answers: "K7", expects: "No keystore has the deactivated key active.",
    send: [live], holds: allIn("not_active") },
  { id: "life.backing-key-suspended", answers: "backing-key-suspended",
    expects: "The key of an internal keystore is suspended (2) in KMS.",
    send: [backingKey], holds: ([read]) => at(read, "resources.0.state") === 2 },
  { id: "life.hidden", answers: "K1", expects: "A list without `state` hides the deactivated key.",
    send: ["GET uko /managed_keys?label={mark}", "GET uko /managed_keys?label={mark}&state=deactivated"],
    holds: ([hidden, shown], { own: id }) =>
      !pick(hidden, "managed_keys.*.id").includes(id) &&
      pick(shown, "managed_keys.*.id").includes(id) },
  { id: "life.destroy-early", answers: "U7", step: "destroy_early",
    expects: "A destruction right after the deactivation is 409, and the key stays deactivated.",
    send: [own],
    holds: (responses) => responses.at(-2)?.status === 409 && at(responses.at(-1), "state") === "deactivated" },
] as const satisfies readonly ProbeRow[];

/** More than four hours after the deactivation. */
// biome-ignore format: a row in few lines
export const cooledRows = [
  { id: "cooled.destroy", answers: "U7", step: "destroy",
    expects: "More than four hours after the deactivation, a destruction is 200.",
    send: [own], holds: (responses) => responses.at(-2)?.status === 200 },
  { id: "cooled.state", answers: "U4", expects: "While keystores keep the material, the state is destroyed.",
    send: [own], holds: stateIn("destroyed") },
  { id: "cooled.pending", answers: "K8", expects: "Each keystore is pending_destruction with the time of its end.",
    send: [live],
    holds: (responses, values) =>
      allIn("pending_destruction")(responses, values) === true &&
      textAt(responses[0], "status_in_keystores.0.destruction_at") !== "" },
  { id: "cooled.material", answers: "U28", expects: "The material is in the keystores only.",
    send: [own], holds: material("keystores") },
] as const satisfies readonly ProbeRow[];

/** After the pending period of every keystore. */
// biome-ignore format: a row in few lines
export const endRows = [
  { id: "end.remove", answers: "U27", step: "remove",
    expects: "After the pending period of every keystore, the key can be removed: 204, then 404.",
    send: [own], holds: statuses(204, 404) },
] as const satisfies readonly ProbeRow[];
