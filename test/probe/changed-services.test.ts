/**
 * Services that differ from the emulator in one way each. The probe, or the recording of a deletion, has to notice, with
 * what the service answered; and a deletion by two people destroys nothing that it should not.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { keys, type Person, seed, startCliWorld } from "../cli/harness.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { type Change, startChangedService, withMember } from "./changed-service.ts";

const isOf = (seen: { readonly path: string }, form: RegExp): boolean => form.test(seen.path);
/** The whole body as text, changed. */
const rewritten = (body: unknown, from: RegExp, to: string): unknown =>
  JSON.parse(JSON.stringify(body).replace(from, to));
const uko = /^\/api\/v4\//;
const kms = /^\/api\/v2\//;
const lists = /^\/api\/v4\/managed_keys(\?|$)/;
const act = /\/managed_keys\/[^/]+\/(deactivate|destroy|activate)$/;
const times = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z/g;

/** Each change of reality.md that a client can meet, as a rule of responses. */
const changes: Readonly<Record<string, Change>> = {
  "another error code of UKO": {
    response: (seen) =>
      isOf(seen, uko) && seen.status === 404
        ? { body: withMember(seen.body, "code", () => "resource_missing") }
        : undefined,
  },
  "another error code of IAM": {
    response: (seen) =>
      isOf(seen, /^\/identity\/token/) && seen.status >= 400
        ? { body: withMember(seen.body, "errorCode", () => "BXNIM9999E") }
        : undefined,
  },
  "updated_by missing": {
    response: (seen) => (isOf(seen, uko) ? { body: withMember(seen.body, "updated_by", () => undefined) } : undefined),
  },
  "updated_by is an e-mail": {
    response: (seen) =>
      isOf(seen, uko)
        ? { body: withMember(seen.body, "updated_by", (id) => `${String(id).slice(-3).toLowerCase()}@example.com`) }
        : undefined,
  },
  "a new state, quarantined": {
    response: (seen) =>
      isOf(seen, uko)
        ? { body: withMember(seen.body, "state", (state) => (state === "deactivated" ? "quarantined" : state)) }
        : undefined,
  },
  "a pending status renamed": {
    response: (seen) =>
      isOf(seen, uko)
        ? { body: withMember(seen.body, "status", (word) => (word === "pending_destruction" ? "scheduled" : word)) }
        : undefined,
  },
  "dates with +00:00": {
    response: ({ headers, body, ...seen }) =>
      isOf(seen, uko)
        ? {
            headers: { ...headers, ...(headers.etag && { etag: headers.etag.replace(times, "$1+00:00") }) },
            body: rewritten(body, times, "$1+00:00"),
          }
        : undefined,
    etag: (sent) => sent.replace("+00:00", "Z"),
  },
  "dates with milliseconds": {
    response: ({ headers, body, ...seen }) =>
      isOf(seen, uko)
        ? {
            headers: { ...headers, ...(headers.etag && { etag: headers.etag.replace(times, "$1.000Z") }) },
            body: rewritten(body, times, "$1.000Z"),
          }
        : undefined,
    etag: (sent) => sent.replace(".000Z", "Z"),
  },
  "a default page of 50": {
    response: (seen) =>
      isOf(seen, lists) && !seen.path.includes("limit=")
        ? { body: withMember(seen.body, "limit", () => 50) }
        : undefined,
  },
  "a silent cap of 5 keys a page": {
    response: (seen) =>
      isOf(seen, lists) && seen.status === 200
        ? { body: withMember(seen.body, "managed_keys", (items) => (items as unknown[]).slice(0, 5)) }
        : undefined,
  },
  "KMS reasons renamed": {
    response: (seen) =>
      isOf(seen, kms) && seen.status >= 400
        ? { body: withMember(seen.body, "code", (code) => `${code}_V3`) }
        : undefined,
  },
  "KMS state 6 for 2": {
    response: (seen) =>
      isOf(seen, kms) ? { body: withMember(seen.body, "state", (state) => (state === 2 ? 6 : state)) } : undefined,
  },
  "key_material_present missing": {
    response: (seen) =>
      isOf(seen, uko) ? { body: withMember(seen.body, "key_material_present", () => undefined) } : undefined,
  },
  "actions answer 204": {
    response: (seen) => (isOf(seen, act) && seen.status === 200 ? { status: 204, body: "" } : undefined),
  },
  "weak ETags": {
    response: ({ headers, ...seen }) =>
      isOf(seen, uko) && headers.etag ? { headers: { ...headers, etag: `W/"${headers.etag}"` } } : undefined,
    etag: (sent) => sent.replace(/^W\/"(.*)"$/, "$1"),
  },
  "gone is 410": {
    response: (seen) => (isOf(seen, uko) && seen.status === 404 ? { status: 410 } : undefined),
  },
  "a live status without an entry": {
    response: (seen) =>
      seen.method === "GET" && isOf(seen, /\/status_in_keystores$/) ? { body: { status_in_keystores: [] } } : undefined,
  },
  "uses are {}": {
    response: (seen) => (isOf(seen, /\/associated_resources/) ? { body: {} } : undefined),
  },
  "uses without total_count": {
    response: (seen) =>
      isOf(seen, /\/associated_resources/)
        ? { body: withMember(seen.body, "total_count", () => undefined) }
        : undefined,
  },
  "uses are 403": {
    response: (seen) => (isOf(seen, /\/associated_resources/) ? { status: 403, body: {} } : undefined),
  },
  "no Date": {
    response: ({ headers: { date: _date, ...headers } }) => ({ headers }),
  },
};

/** Neither a probe nor a deletion creates anything. */
const unnoticed = { "a 201 without updated_at": "a creation, which no probe and no deletion sends" };

const old = { createdAt: "2026-01-01T08:00:00Z", createdBy: "IBMid-550000CAROL" };
const before = { ...old, updatedAt: "2026-10-01T08:00:00Z", updatedBy: "IBMid-550000CAROL" };
/** The keys of the tests of the command line, and two whose deletion is under way. */
const world = startCliWorld({
  seed: {
    ...seed,
    keys: [
      ...(seed.keys ?? []),
      { ...before, label: "spare one", vault: "payments", template: "payroll" },
      { ...before, label: "spare two", vault: "payments", template: "payroll" },
      { ...before, label: "retired", vault: "payments", template: "payroll", state: "deactivated" },
      {
        ...before,
        label: "dying",
        vault: "payments",
        template: "payroll",
        state: "destroyed",
        destroyedAt: "2026-11-20T08:00:00Z",
      },
    ],
  },
});
afterAll(async () => (await world).close());

const story: readonly (readonly [Person, string, string])[] = [
  ["bob", "request", "1m"],
  ["alice", "approve", "1m"],
  ["alice", "status", "5h"],
  ["alice", "request", "1m"],
  ["bob", "approve", "1m"],
  ["bob", "status", "31d"],
  ["bob", "continue", "1m"],
  ["bob", "status", "1m"],
];

/** What the probe, the recording and the service show after a deletion of a key of the changed service. */
async function meet(name: string, change: Change): Promise<string> {
  const { url, type: atTerminal, pipe, reset, advance, trail, verdict } = await world;
  await reset();
  const service = await startChangedService(url, change);
  const folder = mkdtempSync(path.join(tmpdir(), "uko-changed-"));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await service.close();
  });
  const environment = emulatorAddresses(service.url);
  const out = path.join(folder, "probe.jsonl");
  const recording = path.join(folder, "deletion.jsonl");
  const probe = await pipe("carol", `probe --out ${out}`, environment);
  const since = (await trail()).length;
  for (const [who, command, then] of story) {
    await atTerminal(who, `${command} ${keys.vouchers} --record ${recording}`, undefined, environment);
    await advance(then);
  }
  const check = await pipe("carol", `probe --check ${recording}`, environment);
  const steps = (await trail()).slice(since).filter(({ effect, operation }) => effect && operation in words);
  const { violations } = await verdict();
  const of = (text: string) => /Refuted:[\s\S]*?(?=\n\d+ (?:probes?|rows?) not)/.exec(text)?.[0] ?? "nothing refuted";
  const notTried = /not tried:\n([\s\S]*)\nThe recording is/.exec(probe.out)?.[1] ?? "";
  return [
    `## ${name}`,
    `By reading: ${of(probe.out)}`,
    ...notTried.split("\n").filter((line) => line.includes("responded with")),
    `By the deletion: ${of(check.out)}`,
    `The deletion took: ${steps.map(({ operation }) => words[operation]).join(", ") || "no step"}; violations: ${violations.map(({ kind }) => kind).join(", ") || "none"}`,
    "",
  ].join("\n");
}

const words: Readonly<Record<string, string>> = {
  deleteManagedKey: "remove",
  activateManagedKey: "activate",
  deactivateManagedKey: "deactivate",
  destroyManagedKey: "destroy",
};

it("each change is noticed with the answer of the service, and nothing is destroyed wrongly", async () => {
  const met: string[] = [];
  for (const [name, change] of Object.entries(changes)) met.push(await meet(name, change));
  expect(met.filter((each) => !/Refuted: |responded with/.test(each))).toEqual([]);
  // Where a service hides who wrote last, Alice requests although Bob's request binds. Nothing is destroyed by it.
  expect(met.filter((each) => !/violations: (none|request-over-binding)$/m.test(each))).toEqual([]);
  for (const [name, why] of Object.entries(unnoticed)) met.push(`## ${name}\nNot noticed: it needs ${why}.\n`);
  await expect(met.join("\n")).toMatchFileSnapshot("../golden/probe/changed-services.txt");
}, 300_000);
