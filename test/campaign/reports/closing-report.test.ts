/** The checklist for deleting an instance, which names the command only if nothing is open. */

import { expect, it } from "vitest";
import { type ClosingResult, checklistOf } from "../../../provider/campaign/reports/closing-report.ts";

const finished = {
  view: {
    campaign: { instance: "i", scope: { kmsKeys: true } },
    folder: { path: "f" },
    manifest: { unreadableVaults: [] },
    newKeys: [],
  },
  keys: [{ outcome: "removed" }],
  closed: [{ outcome: "deleted" }],
  unstarted: 0,
  unreadable: [],
  kmsKeys: { items: [{ state: 5 }], isUnread: false },
} as unknown as ClosingResult;

const commandIn = (facts: ClosingResult): boolean =>
  checklistOf(facts).some(({ what }) => what.includes("ibmcloud resource service-instance-delete i"));

it("names the command for deleting the instance once each item is done", () => {
  expect(commandIn(finished)).toBe(true);
});

it("lets a person check what lists leave out for someone with a role in a part of the instance", () => {
  const own = checklistOf(finished).filter(({ state }) => state === "you");
  expect(own.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(
      /^Check, as a person who can read the whole instance, .*no other vault.*KMS has no other key/,
    ),
  );
});

it.each([
  ["a key without a final outcome", { keys: [{ outcome: "held" }] }],
  ["a key that is not in the manifest", { view: { ...finished.view, newKeys: [{}] } }],
  ["a part that was not read", { unreadable: [{}] }],
  ["a key that was not started", { unstarted: 1 }],
  [
    "a campaign of a part of the instance",
    { view: { ...finished.view, campaign: { instance: "i", scope: { kmsKeys: false } } } },
  ],
  ["a vault that could not be read", { view: { ...finished.view, manifest: { unreadableVaults: ["v"] } } }],
  ["a container", { closed: [{ outcome: "waits" }] }],
  ["a KMS key that is not destroyed", { kmsKeys: { items: [{ state: 1 }], isUnread: false } }],
  ["KMS keys that were not read", { kmsKeys: { items: [], isUnread: true } }],
])("names no such command with %s", (_, open) => {
  expect(commandIn({ ...finished, ...open } as unknown as ClosingResult)).toBe(false);
});
