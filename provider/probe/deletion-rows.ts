/**
 * Lists what an ordinary deletion of a test key by two people shows about the life of a key (uko-v4.md 4,
 * kms-v2-and-iam.md 5). A row judges one step of a recording at a time, where names, IDs and times are placeholders. A
 * refusal has many causes, so few rows say something about one.
 */

import { documentedStatuses } from "./list-rows.ts";
import { at, pick, textAt } from "./row.ts";
import type { WireResponse } from "./wire.ts";

interface Named {
  readonly key: string;
  readonly act: string;
}

/** A request of a run, and its answer, as a recording has them. */
export interface Step {
  readonly method: string;
  readonly service: string;
  /** Below the root of the service, without the query. */
  readonly path: string;
  /** The managed key and the act in the path, such as `deactivate`. */
  readonly managed: Named | undefined;
  /** The same for a KMS key. */
  readonly kmsKey: Named | undefined;
  /** The body of the request. */
  readonly sent: unknown;
  /** The placeholder of the person who ran the command. */
  readonly caller: string | undefined;
  readonly answer: WireResponse;
}

/** The steps before a step, found without a search through the whole recording. */
export interface Earlier {
  /** Those about the same managed key or KMS key, in their order. */
  readonly ofKey: readonly Step[];
  /** The latest read of a managed key whose answer names this KMS key. */
  readonly readNaming: (kmsKey: string) => Step | undefined;
}

export interface DeletionRow {
  readonly id: string;
  /** The ID of a row in the emulator's fidelity.ts. */
  readonly answers: string;
  /** What the emulator does, as a sentence for the reader of a recording. */
  readonly expects: string;
  /** Which part of a deletion shows it, for the reader of a recording without it. */
  readonly needs: string;
  /** Undefined if the step says nothing about the row. */
  readonly holds: (step: Step, earlier: Earlier) => boolean | undefined;
  /** The value of the emulator's switch, if the step refutes the row and shows the value. */
  readonly seen?: (step: Step) => string | boolean | undefined;
}

const statusPath = "status_in_keystores.*.status";
const coolDownMs = 4 * 3_600_000;
const windowHours = 168;
/** KMS computes the end of a window a little after it answers. */
const windowToleranceHours = 0.1;

const managed = (step: Step): Named | undefined => step.managed;
const kmsKey = (step: Step): Named | undefined => step.kmsKey;

/** The keys in a path. A row looks at many steps, so each path is read once. */
export function keysIn(service: string, path: string): Pick<Step, "managed" | "kmsKey"> {
  const inUko = service === "uko" ? /^\/managed_keys\/([^/]+)(?:\/([a-z_]+))?$/.exec(path) : null;
  const inKms = service === "kms" ? /^\/keys\/([^/]+)(?:\/([A-Za-z_/]+))?$/.exec(path) : null;
  return { managed: namedIn(inUko), kmsKey: namedIn(inKms) };
}

function namedIn(found: readonly string[] | null): Named | undefined {
  const [, key, act = ""] = found ?? [];
  return key === undefined ? undefined : { key, act };
}

const isDone = ({ answer: { status } }: Step): boolean => status >= 200 && status < 300;
const hasBody = ({ answer: { body } }: Step): boolean => typeof body === "object" && body !== null;

/** Whether the step is this act on a managed key, and was accepted. */
const isAct = (step: Step, method: string, act: string): boolean =>
  step.method === method && managed(step)?.act === act && isDone(step);

/** Whether the step reads the managed key itself, and finds it. */
const isRead = (step: Step): boolean =>
  step.method === "GET" && managed(step)?.act === "" && step.answer.status === 200;

/** The state of the managed key before this step, by the latest read or act. */
function stateBefore({ ofKey }: Earlier): string {
  const known = ofKey.findLast((each) => isDone(each) && at(each.answer, "state") !== undefined);
  return textAt(known?.answer, "state");
}

const stateIn = ({ answer: { body } }: Step): unknown => Object(body).state;

/**
 * The time since which the key is known to be deactivated. Of two people with a recording each, the one who destroys the
 * key may have only read that it is deactivated; then it has been so since its last change, at the latest.
 */
function deactivatedSince({ ofKey }: Earlier): number | undefined {
  const isDeactivated = (each: Step): boolean => isAct(each, "POST", "deactivate") || stateIn(each) === "deactivated";
  const isOther = (each: Step): boolean => stateIn(each) !== undefined && !isDeactivated(each);
  const since = ofKey.slice(ofKey.findLastIndex(isOther) + 1);
  const first = since.find((each) => isDone(each) && isDeactivated(each));
  const times = first === undefined ? [] : [dateOf(first), timeMs(at(first.answer, "updated_at"))];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The distance of a time to the start of the recording; undefined for a time that shows none. */
function timeMs(placeholder: unknown): number | undefined {
  const [, seconds] = /^<time-\d+ (-?\d+(?:\.\d+)?)s/.exec(String(placeholder)) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

const dateOf = ({ answer }: Step): number | undefined => timeMs(answer.headers.date);
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The last read before the sync after which this step is the first read of the same key. */
function readBeforeSync(step: Step, { ofKey }: Earlier): Step | undefined {
  if (!isRead(step)) return undefined;
  const at = ofKey.findLastIndex((each) => isRead(each) || (each.method !== "GET" && isDone(each)));
  const sync = ofKey[at];
  if (sync === undefined || !isAct(sync, "POST", "sync_status_in_keystores")) return undefined;
  return ofKey.slice(0, at).findLast(isRead);
}

/** The hours between the opening of a window in KMS and its end, as this read of the KMS key shows it. */
function hoursOfWindow(step: Step, { ofKey }: Earlier): number | undefined {
  if (kmsKey(step)?.act !== "metadata" || at(step.answer, "resources.0.dualAuthDelete.keySetForDeletion") !== true)
    return undefined;
  const opened = ofKey.findLast((each) => isDone(each) && kmsKey(each)?.act === openWindow);
  const [from, to] = [opened && dateOf(opened), timeMs(at(step.answer, "resources.0.dualAuthDelete.authExpiration"))];
  return from === undefined || to === undefined ? undefined : (to - from) / 3_600_000;
}
const openWindow = "actions/setKeyForDeletion";

// biome-ignore format: a row in few lines
export const deletionRows = [
  { id: "life.patch", answers: "K4", needs: "a request or an approval",
    expects: "A change of a key is 200 with the key, and its ETag is `updated_at`.",
    holds: (step) => !isAct(step, "PATCH", "") ? undefined
      : step.answer.status === 200 && step.answer.headers.etag === at(step.answer, "updated_at") },
  { id: "life.tags", answers: "U9", needs: "a request or an approval",
    expects: "A change of the tags replaces the list.",
    holds: (step) => {
      if (step.method !== "PATCH" || managed(step)?.act !== "" || at({ body: step.sent }, "tags") === undefined) return undefined;
      if (step.answer.status === 400) return false;
      return isDone(step) && hasBody(step) ? isSame(at(step.answer, "tags"), at({ body: step.sent }, "tags")) : undefined;
    },
    seen: ({ answer }) => answer.status === 400 ? "rejected" : pick(answer, "tags.*").length === 0 ? "dropped" : undefined },
  { id: "life.description", answers: "description", needs: "a request on a service that keeps no tags",
    expects: "A description keeps its white space.",
    holds: (step) => {
      const sent = at({ body: step.sent }, "description");
      return isAct(step, "PATCH", "") && hasBody(step) && sent !== undefined ? at(step.answer, "description") === sent : undefined;
    },
    seen: () => "collapsed" },
  { id: "life.writer", answers: "last-writer", needs: "a request or an approval",
    expects: "`updated_by` is the caller who changed the key.",
    holds: (step) => {
      // A request is refused at the read if the service does not say who wrote last.
      if (isRead(step) && at(step.answer, "updated_by") === undefined) return false;
      const writes = step.method === "PATCH" ? [""] : step.method === "POST" ? ["activate", "deactivate", "destroy"] : [];
      if (step.caller === undefined || !isDone(step) || !hasBody(step)) return undefined;
      return writes.includes(managed(step)?.act ?? "-") ? at(step.answer, "updated_by") === step.caller : undefined;
    },
    seen: ({ answer }) => at(answer, "updated_by") === undefined ? "absent" : undefined },
  { id: "life.deactivate", answers: "K7", needs: "the deactivation",
    expects: "A deactivation is 200 with the key, whose state is deactivated.",
    holds: (step) => !isAct(step, "POST", "deactivate") ? undefined
      : step.answer.status === 200 && at(step.answer, "state") === "deactivated" },
  { id: "life.pace", answers: "U16", needs: "the deactivation",
    expects: "The keystores follow at once: no status is active after the deactivation.",
    holds: (step) => !isAct(step, "POST", "deactivate") || pick(step.answer, statusPath).length === 0 ? undefined
      : pick(step.answer, statusPath).every((status) => status !== "active") },
  { id: "life.destroy", answers: "K8", needs: "the destruction, more than 4 hours after the deactivation",
    expects: "More than 4 hours after the deactivation, a destruction is 200 with the key, whose state is destroyed.",
    holds: (step, earlier) => {
      if (!isAct(step, "POST", "destroy")) return undefined;
      const [from, to] = [deactivatedSince(earlier), dateOf(step)];
      if (from === undefined || to === undefined || to - from <= coolDownMs) return undefined;
      return step.answer.status === 200 && at(step.answer, "state") === "destroyed";
    } },
  { id: "life.pending", answers: "U4", needs: "a read while a keystore still has the key",
    expects: "The state is destroyed while a keystore is pending.",
    holds: (step) => isRead(step) && pick(step.answer, statusPath).includes("pending_destruction")
      ? at(step.answer, "state") === "destroyed" : undefined },
  { id: "life.words", answers: "K12", needs: "a live status",
    expects: "A live status has an entry for each keystore, and each status is one of the documented words.",
    holds: (step, { ofKey }) => {
      if (step.method !== "GET" || managed(step)?.act !== "status_in_keystores" || step.answer.status !== 200) return undefined;
      const read = ofKey.findLast(isRead);
      const found = pick(step.answer, statusPath);
      const wanted = read === undefined ? found.length : pick(read.answer, "referenced_keystores.*").length;
      return found.length >= wanted && found.every((status) => documentedStatuses.includes(String(status)));
    } },
  { id: "life.material", answers: "U28", needs: "a read of the destroyed key",
    expects: "`key_material_present` of a destroyed key does not name the repository.",
    holds: (step) => {
      if (!isRead(step) || at(step.answer, "state") !== "destroyed") return undefined;
      const present = at(step.answer, "key_material_present");
      return Array.isArray(present) && !pick(step.answer, "key_material_present.*").includes("repository");
    } },
  { id: "life.remove", answers: "K5", needs: "the removal",
    expects: "A key that was removed is 404.",
    holds: (step, { ofKey }) => {
      const isOfKey = step.method === "GET" && managed(step)?.act === "";
      if (!isOfKey || !ofKey.some((each) => isAct(each, "DELETE", ""))) return undefined;
      return step.answer.status === 404 ? true : step.answer.status === 200 || step.answer.status === 410 ? false : undefined;
    } },
  { id: "life.ends", answers: "U27", needs: "the removal of a key with two keystores",
    expects: "A key in several keystores can be removed when the end of each has passed.",
    holds: (step, { ofKey }) => {
      if (step.method !== "DELETE" || managed(step)?.act !== "") return undefined;
      const statuses = pick(ofKey.findLast(isRead)?.answer, statusPath);
      if (statuses.length < 2 || statuses.includes("pending_destruction")) return undefined;
      return isDone(step) ? true : step.answer.status === 409 ? false : undefined;
    } },
  { id: "life.reactivate", answers: "K6", needs: "a reactivation",
    expects: "A reactivation is 200 with the key, which is active in its keystores.",
    holds: (step) => !isAct(step, "POST", "activate") ? undefined
      : step.answer.status === 200 && at(step.answer, "state") === "active" &&
        pick(step.answer, statusPath).every((status) => status === "active") },
  { id: "life.sync", answers: "K11", needs: "a sync",
    expects: "A sync is 200 with the statuses.",
    holds: (step) => !isAct(step, "POST", "sync_status_in_keystores") ? undefined
      : step.answer.status === 200 && Array.isArray(at(step.answer, "status_in_keystores")) },
  { id: "life.sync-etag", answers: "K11", needs: "a sync, and a status after it",
    expects: "A sync always moves the ETag.",
    holds: (step, earlier) => {
      const before = readBeforeSync(step, earlier);
      return before && step.answer.headers.etag !== before.answer.headers.etag;
    } },
  { id: "life.patch-destroyed", answers: "patch-destroyed", needs: "a hold of the destroyed key",
    expects: "A change of a destroyed key is accepted.",
    holds: (step, earlier) => {
      if (step.method !== "PATCH" || managed(step)?.act !== "" || stateBefore(earlier) !== "destroyed") return undefined;
      return isDone(step) ? true : [400, 409].includes(step.answer.status) ? false : undefined;
    },
    seen: () => "refused" },
  { id: "life.backing-key", answers: "backing-key-suspended", needs: "a status of the deactivated key, in a keystore of the instance itself",
    expects: "The backing KMS key of a deactivated key is suspended (2).",
    holds: (step, { readNaming }) => {
      const named = kmsKey(step);
      if (named?.act !== "metadata" || step.answer.status !== 200) return undefined;
      const owner = readNaming(named.key);
      return at(owner?.answer, "state") === "deactivated" ? at(step.answer, "resources.0.state") === 2 : undefined;
    } },
  { id: "life.window", answers: "KMS-window", needs: "a KMS key with dual authorization, and a status while its window is open",
    expects: "A deletion window of KMS is open for 7 days.",
    holds: (step, earlier) => {
      const hours = hoursOfWindow(step, earlier);
      return hours === undefined ? undefined : Math.abs(hours - windowHours) < windowToleranceHours;
    } },
  { id: "life.window-expired", answers: "KMS-5", needs: "a status of a KMS key after its window has expired",
    expects: "An expired window is still shown.",
    holds: (step, { ofKey }) => {
      const nowMs = dateOf(step);
      if (kmsKey(step)?.act !== "metadata" || nowMs === undefined || at(step.answer, "resources.0.state") !== 1) return undefined;
      const shown = ofKey.findLast((each) => kmsKey(each)?.act === "metadata" && each.answer.status === 200);
      const endMs = timeMs(at(shown?.answer, "resources.0.dualAuthDelete.authExpiration"));
      if (endMs === undefined || endMs > nowMs) return undefined;
      return at(step.answer, "resources.0.dualAuthDelete.keySetForDeletion") === true;
    },
    seen: () => "cleared" },
  { id: "life.kms-delete", answers: "KMS-8", needs: "the destruction of a KMS key (kms/<keyId>)",
    expects: "The deletion of a KMS key is 204.",
    holds: (step) => step.method === "DELETE" && kmsKey(step)?.act === "" && isDone(step) ? step.answer.status === 204 : undefined },
  { id: "life.kms-state", answers: "KMS-19", needs: "a status of a KMS key after its destruction",
    expects: "A KMS key is in state 5 at once after its deletion.",
    holds: (step, { ofKey }) => {
      if (kmsKey(step)?.act !== "metadata" || step.answer.status !== 200) return undefined;
      const deletion = ofKey.find((each) => each.method === "DELETE" && isDone(each) && kmsKey(each)?.act === "");
      return deletion && at(step.answer, "resources.0.state") === 5;
    } },
] as const satisfies readonly DeletionRow[];

const placeholderForm = /<[^<>"]{1,100}>/g;

/** Takes the steps of a recording in their order, and finds those before the next one. */
export function createEarlier(): { before(step: Step): Earlier; add(step: Step): void } {
  const byKey = new Map<string, Step[]>();
  const naming = new Map<string, Step>();
  const keyOf = (step: Step): string => `${step.service} ${(managed(step) ?? kmsKey(step))?.key ?? ""}`;
  return {
    before: (step) => ({ ofKey: byKey.get(keyOf(step)) ?? [], readNaming: (key) => naming.get(key) }),
    add(step) {
      const steps = byKey.get(keyOf(step)) ?? [];
      byKey.set(keyOf(step), steps);
      steps.push(step);
      if (!isRead(step)) return;
      for (const [name] of JSON.stringify(step.answer.body).matchAll(placeholderForm)) naming.set(name, step);
    },
  };
}
