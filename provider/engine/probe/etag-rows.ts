/**
 * Lists the probes of ETags, If-Match and the clock, and of changes that the service has to refuse, on a key that is
 * not active (uko-v4.md 1.4, U2, U3). A probe is a set of requests by which `uko probe` compares a real service with
 * the emulator.
 */

import { at, own, type ProbeCall, type ProbeRow, refusedFor, textAt } from "./row.ts";

const change = (headers: Readonly<Record<string, string>>, body: unknown = { description: "uko probe" }) =>
  ["PATCH uko /managed_keys/{own}", { headers, body }] as const satisfies ProbeCall;
const current = { "if-match": "{etag}" } as const;
const wholeSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const statusAt =
  (index: number, status: number): ProbeRow["holds"] =>
  (responses) =>
    responses[index]?.status === status;
/** The greatest difference between the time of a write and `Date` of its response. */
const maxSkewMs = 2_000;

// biome-ignore format: a row in few lines
export const etagRows = [
  { id: "etag.missing", answers: "U2", expects: "A change without If-Match is 400 with the header.",
    send: [change({})], holds: refusedFor(400, "If-Match") },
  { id: "etag.any", answers: "U2", expects: "If-Match: * is 400.",
    send: [change({ "if-match": "*" })], holds: statusAt(0, 400) },
  { id: "etag.quoted", answers: "U2", expects: "A quoted ETag is accepted.",
    send: [own, change({ "if-match": '"{etag}"' })], holds: statusAt(1, 200) },
  { id: "etag.stale", answers: "U1", expects: "An ETag that is not the current one is 412, and nothing changes.",
    send: [own, change({ "if-match": "2000-01-01T00:00:00Z" }), own],
    holds: ([before, refused, after]) => refused?.status === 412 && before?.headers.etag === after?.headers.etag },
  { id: "etag.resolution", answers: "U3",
    expects: "The ETag has whole seconds, so two writes in one second share it.",
    send: [own, change(current, { description: "one" }), change(current, { description: "two" })],
    holds: ([, one, two]) =>
      wholeSeconds.test(one?.headers.etag ?? "") &&
      wholeSeconds.test(two?.headers.etag ?? "") &&
      (textAt(one, "updated_at") !== textAt(two, "updated_at") || one?.headers.etag === two?.headers.etag) },
  { id: "etag.of-write", answers: "K4", expects: "The response to a change has the ETag of the next read.",
    send: [own, change(current), own],
    holds: ([, written, read]) => written?.status === 200 && written.headers.etag === read?.headers.etag },
  { id: "clock.write", answers: "last-writer",
    expects: "`updated_at` is the time of `Date`, and `updated_by` is the caller.",
    send: [own, change(current)],
    holds: ([, written], { actor }) =>
      at(written, "updated_by") === actor &&
      Math.abs(Date.parse(written?.headers.date ?? "") - Date.parse(textAt(written, "updated_at"))) <= maxSkewMs },
  { id: "change.unknown-field", answers: "K4", expects: "A field that the API does not know is 400 with the field.",
    send: [own, change(current, { uko_probe: "x" })],
    holds: ([, refused]) => refused?.status === 400 && at(refused, "errors.0.target.name") === "uko_probe" },
  { id: "change.state", answers: "K4", expects: "A change cannot set the state.",
    send: [own, change(current, { state: "pre_activation" })], holds: statusAt(1, 400) },
  { id: "activate.stale", answers: "order",
    expects: "An activation under another ETag is 412, and the key stays inactive.",
    send: [["POST uko /managed_keys/{own}/activate", { headers: { "if-match": "2000-01-01T00:00:00Z" } }], own],
    holds: ([refused, read]) => refused?.status === 412 && at(read, "state") === "pre_activation" },
] as const satisfies readonly ProbeRow[];
