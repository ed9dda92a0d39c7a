/** Goes through the keys of a campaign, and reports a run that a person stopped. */

import { expect, it } from "vitest";
import { actOnKeys } from "../../../provider/campaign/acts/on-keys.ts";
import { type KeyResult, reportResults } from "../../../provider/campaign/reports/key-results.ts";
import { UkoError } from "../../../provider/errors.ts";

it("names the keys whose step may have been taken if a person stops the run", async () => {
  const stop = new AbortController();
  const world = { progress: { report: () => {} }, session: { serviceTimeMs: () => 0 } };
  const named = ["one", "two", "three"].map((label) => ({ name: `vault/${label}`, line: { label } }));
  const act = async ({ name: key, line: { label } }: (typeof named)[number]): Promise<KeyResult> => {
    if (label === "one") return { key, label, outcome: "acted", says: "", exitCode: 0 };
    stop.abort();
    throw new UkoError("UKO_CANCELED", { summary: "The run was stopped before the service responded to a change" });
  };

  const run = await actOnKeys({ world, options: { signal: stop.signal } }, "Deactivating", named, act);
  const report = reportResults({ did: "Deactivated", wave: "pilot", keys: run.results, apart: [], run, next: [] });

  expect(report.summary).toBe('Deactivated 1 key of wave "pilot"; 1 interrupted; 1 not started');
  expect(report.sections.find(({ title }) => title.startsWith("Interrupted"))?.table?.rows).toEqual([
    ["two", "vault/two", "The run was stopped before the service responded to a change [UKO_CANCELED]"],
  ]);
  expect([report.exitCode, report.data]).toMatchObject([1, { stoppedBy: "UKO_CANCELED", unstarted: 1 }]);
});
