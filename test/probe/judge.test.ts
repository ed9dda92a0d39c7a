/** Each row about the life of a key: a step that verifies it, and one that refutes it with what the service answered. */

import { expect, it } from "vitest";
import { checkRecording } from "../../provider/probe/check.ts";
import { deletionRows } from "../../provider/probe/deletion-rows.ts";
import { judgeDeletion } from "../../provider/probe/judge.ts";
import { sayAnswer } from "../../provider/probe/messages.ts";
import { type ExchangeLine, maxExchanges, type RecordingLine } from "../../provider/probe/recording.ts";

const key = "uko /managed_keys/<key-1>";
const kmsKey = "kms /keys/<kms-key-1>";
const metadata = `GET ${kmsKey}/metadata`;

type Answer = Partial<Pick<ExchangeLine, "status" | "response" | "body" | "responseHeaders">>;

/** An exchange at this hour of the recording. */
function at(hour: number, request: string, { status = 200, responseHeaders = {}, ...rest }: Answer = {}): ExchangeLine {
  const headers = { date: `<time-${hour + 1} ${hour * 3600}s>`, ...responseHeaders };
  return { v: 1, kind: "exchange", run: 1, request, status, responseHeaders: headers, ...rest };
}

const read = (hour: number, response: object, etag = "<time-1 0s>"): ExchangeLine =>
  at(hour, `GET ${key}`, { response: { updated_by: "<person-2>", ...response }, responseHeaders: { etag } });
const statuses = (...words: readonly string[]) => ({ status_in_keystores: words.map((status) => ({ status })) });
const resources = (resource: object) => ({ resources: [resource] });
const window = (end: string, isOpen = true) =>
  resources({ state: 1, dualAuthDelete: { keySetForDeletion: isOpen, ...(isOpen && { authExpiration: end }) } });
const deactivation = at(0, `POST ${key}/deactivate`, { response: { state: "deactivated", updated_by: "<person-1>" } });
const sync = at(1, `POST ${key}/sync_status_in_keystores`, { response: statuses("active") });
const opened = at(0, `POST ${kmsKey}/actions/setKeyForDeletion`, { status: 204 });
const deletion = at(1, `DELETE ${kmsKey}`, { status: 204 });
const patch = (answer: Answer) => at(1, `PATCH ${key}`, answer);

interface Pair {
  readonly before?: readonly ExchangeLine[];
  readonly verified: ExchangeLine;
  readonly refuted: ExchangeLine;
  readonly says: string;
}

// biome-ignore format: one row a line
const pairs: Readonly<Record<(typeof deletionRows)[number]["id"], Pair>> = {
  "life.patch": {
    verified: patch({ response: { updated_at: "<time-2 3600s>", updated_by: "<person-1>" }, responseHeaders: { etag: "<time-2 3600s>" } }),
    refuted: patch({ response: { updated_at: "<time-2 3600s>", updated_by: "<person-1>" }, responseHeaders: { etag: "<etag-1>" } }),
    says: "200, `etag`: <etag-1>, `updated_at`: <time-2 3600s>" },
  "life.tags": {
    verified: patch({ body: { tags: [{ name: "<name-1>" }] }, response: { tags: [{ name: "<name-1>" }] } }),
    refuted: patch({ body: { tags: [{ name: "<name-1>" }] }, response: { tags: [] } }), says: "200" },
  "life.description": {
    verified: patch({ body: { description: "<description-1>" }, response: { description: "<description-1>" } }),
    refuted: patch({ body: { description: "<description-1>" }, response: { description: "<description-2>" } }),
    says: "200, `description`: <description-2>" },
  "life.writer": {
    verified: patch({ response: { updated_by: "<person-1>" } }), refuted: patch({ response: { updated_by: "<mail-1>" } }),
    says: "200, `updated_by`: <mail-1>" },
  "life.deactivate": {
    verified: deactivation, refuted: at(0, `POST ${key}/deactivate`, { status: 204 }), says: "204" },
  "life.pace": {
    verified: at(0, `POST ${key}/deactivate`, { response: statuses("not_active") }),
    refuted: at(0, `POST ${key}/deactivate`, { response: statuses("not_active", "active") }),
    says: "200, `status_in_keystores.*.status`: not_active active" },
  "life.destroy": {
    before: [deactivation],
    verified: at(5, `POST ${key}/destroy`, { response: { state: "destroyed" } }),
    refuted: at(5, `POST ${key}/destroy`, { response: { state: "destroying" } }), says: "200, `date`: <time-6 18000s>, `state`: destroying" },
  "life.pending": {
    verified: read(6, { state: "destroyed", ...statuses("pending_destruction") }),
    refuted: read(6, { state: "pending_destruction", ...statuses("pending_destruction") }),
    says: "200, `status_in_keystores.*.status`: pending_destruction, `state`: pending_destruction" },
  "life.words": {
    before: [read(1, { referenced_keystores: [{}] })],
    verified: at(1, `GET ${key}/status_in_keystores`, { response: statuses("not_present") }),
    refuted: at(1, `GET ${key}/status_in_keystores`, { response: statuses() }), says: "200" },
  "life.material": {
    verified: read(6, { state: "destroyed", key_material_present: ["keystores"] }),
    refuted: read(6, { state: "destroyed", key_material_present: ["repository"] }),
    says: "200, `state`: destroyed, `key_material_present.*`: repository" },
  "life.remove": {
    before: [at(1, `DELETE ${key}`, { status: 204 })],
    verified: at(2, `GET ${key}`, { status: 404 }), refuted: at(2, `GET ${key}`, { status: 410 }), says: "410" },
  "life.ends": {
    before: [read(1, statuses("not_present", "not_present"))],
    verified: at(2, `DELETE ${key}`, { status: 204 }), refuted: at(2, `DELETE ${key}`, { status: 409 }), says: "409" },
  "life.reactivate": {
    verified: at(1, `POST ${key}/activate`, { response: { state: "active", updated_by: "<person-1>", ...statuses("active") } }),
    refuted: at(1, `POST ${key}/activate`, { response: { state: "activating", updated_by: "<person-1>" } }), says: "200, `state`: activating" },
  "life.sync": {
    verified: sync, refuted: at(1, `POST ${key}/sync_status_in_keystores`, { status: 202, response: {} }), says: "202" },
  "life.sync-etag": {
    before: [read(0, { state: "active" }), sync],
    verified: read(2, { state: "active" }, "<time-2 3600s>"), refuted: read(2, { state: "active" }), says: "200, `etag`: <time-1 0s>" },
  "life.patch-destroyed": {
    before: [read(0, { state: "destroyed", key_material_present: [] })],
    verified: patch({ response: { updated_by: "<person-1>" } }), refuted: patch({ status: 409, response: { code: "invalid_state" } }),
    says: "409 `invalid_state`" },
  "life.backing-key": {
    before: [read(0, { state: "deactivated", status_in_keystores: [{ key_id_in_keystore: "<kms-key-1>", status: "not_active" }] })],
    verified: at(1, metadata, { response: resources({ state: 2 }) }),
    refuted: at(1, metadata, { response: resources({ state: 1 }) }), says: "200, `resources.*.state`: 1" },
  "life.window": {
    before: [opened],
    verified: at(1, metadata, { response: window("<time-9 604800s>") }),
    refuted: at(1, metadata, { response: window("<time-9 86400s>") }),
    says: "200, `resources.*.dualAuthDelete.keySetForDeletion`: true, `resources.*.dualAuthDelete.authExpiration`: <time-9 86400s>" },
  "life.window-expired": {
    before: [at(1, metadata, { response: window("<time-9 604800s>") })],
    verified: at(200, metadata, { response: window("<time-9 604800s>") }),
    refuted: at(200, metadata, { response: window("", false) }),
    says: "200, `resources.*.state`: 1, `resources.*.dualAuthDelete.keySetForDeletion`: false" },
  "life.kms-delete": {
    verified: deletion, refuted: at(1, `DELETE ${kmsKey}`, { response: resources({ state: 5 }) }), says: "200" },
  "life.kms-state": {
    before: [deletion],
    verified: at(2, metadata, { response: resources({ state: 5 }) }),
    refuted: at(2, metadata, { response: resources({ state: 3 }) }), says: "200, `resources.*.state`: 3" },
};

const run: RecordingLine = { v: 1, kind: "run", run: 1, command: "approve", caller: "<person-1>" };
const judged = (id: string, ...steps: readonly ExchangeLine[]) =>
  judgeDeletion([run, ...steps]).find((line) => line.id === id);

it.each(deletionRows.map(({ id }) => [id] as const))("verifies, refutes and misses %s", (id) => {
  const { before = [], verified, refuted, says } = pairs[id];
  expect(judged(id, ...before, verified)?.verdict).toBe("verified");
  const line = judged(id, ...before, refuted);
  expect([line?.verdict, line?.exchanges?.map(sayAnswer)]).toEqual(["refuted", [says]]);
  // What refuted a row once refutes it, whatever comes later.
  expect(judged(id, ...before, refuted, ...before, verified)?.verdict).toBe("refuted");
  expect(judged(id)).toMatchObject({ verdict: "not_tried", why: deletionRows.find((row) => row.id === id)?.needs });
});

it("says nothing about the 4 hours for a destruction without a known deactivation, or before their end", () => {
  const destroyed = (hour: number) => at(hour, `POST ${key}/destroy`, { response: { state: "odd" } });
  expect(judged("life.destroy", destroyed(5))?.verdict).toBe("not_tried");
  expect(judged("life.destroy", deactivation, destroyed(4))?.verdict).toBe("not_tried");
});

it("takes a deactivation that the person only read", () => {
  const state = (hour: number, word: string) => read(hour, { state: word });
  const destroyed = at(7, `POST ${key}/destroy`, { response: { state: "destroyed" } });
  const verdict = (...steps: readonly ExchangeLine[]) => judged("life.destroy", ...steps, destroyed)?.verdict;
  expect(verdict(state(0, "active"), state(2, "deactivated"), state(6, "deactivated"))).toBe("verified");
  expect(verdict(state(0, "deactivated"), state(4, "active"), state(5, "deactivated"))).toBe("not_tried");
});

it("counts the 4 hours from the last change of a key that another person deactivated", () => {
  const found = read(6, { state: "deactivated", updated_at: "<time-2 3600s>" });
  const destroyed = at(7, `POST ${key}/destroy`, { response: { state: "destroyed" } });
  expect(judged("life.destroy", found, destroyed)?.verdict).toBe("verified");
  const young = read(6, { state: "deactivated", updated_at: "<time-2 18000s>" });
  expect(judged("life.destroy", young, destroyed)?.verdict).toBe("not_tried");
});

it("says nothing about refusals for a missing right, a changed key or the load", () => {
  for (const status of [401, 403, 412, 429, 503]) {
    const acts = ["deactivate", "destroy", "activate"].map((act) => at(9, `POST ${key}/${act}`, { status }));
    const lines = judgeDeletion([run, deactivation, ...acts, patch({ status, body: { tags: [] } })]);
    expect(lines.filter(({ verdict }) => verdict === "refuted")).toEqual([]);
  }
});

function cpuMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1_000;
}

/** Recordings that cost most: each request is about the same key, or names every other one. */
const longRecordings: readonly (readonly [string, (index: number) => ExchangeLine])[] = [
  ["reads of one key", (index) => read(index, { state: "active", key_id_in_keystore: `<kms-key-${index}>` })],
  ["reads that fail", (index) => at(index, `GET ${key}`, { status: 503 })],
  ["live statuses without a read", (index) => at(index, `GET ${key}/status_in_keystores`, { response: statuses() })],
  ["changes that fail", (index) => at(index, `PATCH ${key}`, { status: 409 })],
  ["reads of a KMS key", (index) => at(index, metadata, { response: window("<time-9 604800s>") })],
  [
    "reads of a key and of KMS in turn",
    (index) =>
      index % 2 === 0 ? read(index, { state: "active" }) : at(index, metadata, { response: resources({ state: 1 }) }),
  ],
];

it.each(longRecordings)(
  "judges a long recording within the time for a lock: %s",
  (_, exchange) => {
    const lines = [run, ...Array.from({ length: maxExchanges }, (_each, index) => exchange(index))];
    const spentMs = cpuMs(() => judgeDeletion(lines));
    expect(spentMs).toBeLessThan(4_000);
  },
  120_000,
);

it("judges an answer with a list of many different statuses", () => {
  const words = Array.from({ length: 30_000 }, (_, index) => `word-${index}`);
  const spentMs = cpuMs(() => judged("life.pace", at(0, `POST ${key}/deactivate`, { response: statuses(...words) })));
  expect(spentMs).toBeLessThan(4_000);
}, 120_000);

it("refuses a recording that is too long to judge", () => {
  const header = {
    v: 1,
    kind: "recording",
    of: "deletion",
    product: "emulator",
    apiVersion: "unknown",
    region: "eu-de",
  };
  const lines = [
    { ...header, day: "2031-02-03", rows: "" },
    ...Array.from({ length: maxExchanges + 1 }, () => deactivation),
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  expect(() => checkRecording(text)).toThrow("The recording has 5001 requests, and uko judges at most 5000");
});
