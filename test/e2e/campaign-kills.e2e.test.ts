/**
 * Two people retire an instance of 300 keys with `uko campaign`, while one response of a hundred fails or is lost and their processes
 * are killed at random moments. `npm run bench campaign` does the same with 5,000 keys.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { retireInstance } from "../bench/retire-instance.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-kills-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("retires an instance through kills and faults: no step twice, no key lost, no step by one person alone", async () => {
  const lines: string[] = [];
  const size = { keys: 300, vaults: 4, kms: 10, blocked: 10, kills: 5, randomSeed: 7, removalDays: [31, 91] };
  const { callsPerKey, peakMegabytes, removed, ...outcome } = await retireInstance({
    ...size,
    folder,
    log: (line) => void lines.push(line),
  });
  expect(outcome, lines.join("\n")).toMatchObject({
    violations: [],
    twice: [],
    onBlocked: [],
    kills: 5,
    // Every tenth KMS key has no dual authorization.
    kmsDestroyed: 9,
  });
  // All 290 on an idle machine. On a busy one, a kill can leave keys whose KMS window no evidence explains: they wait.
  expect(removed, lines.join("\n")).toBeGreaterThan(260);
  // One call more than the goal of 4 reads what uses the key, so that the requester is shown a use that is new.
  expect(callsPerKey["next --wave all --step deactivate --yes"]).toBeLessThan(6);
  // With the review of each key.
  expect(callsPerKey["next --wave all --step deactivate"]).toBeLessThan(9);
  expect(peakMegabytes).toBeLessThan(512);
}, 300_000);
