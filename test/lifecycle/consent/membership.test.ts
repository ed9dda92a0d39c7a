import { describe, expect, it, test } from "vitest";
import { planCampaignRequest } from "../../../provider/campaign/rules/plan-step.ts";
import { membershipOf } from "../../../provider/lifecycle/consent/membership.ts";
import { decodeTagValue, encodeTagValue } from "../../../provider/lifecycle/consent/record-text.ts";
import { approvalOf } from "../../../provider/lifecycle/key/authorization.ts";
import { strictest } from "../../../provider/lifecycle/key/plan-reviewed.ts";
import { aDraft, aKey, alice, anActor, aRecord, aRun, bob, nowMs, sha256, someFacts } from "../../support/builders.ts";

const to = { name: "eol", wave: "pilot" };
const mark = { name: "eol", wave: "pilot", line: "a".repeat(32) };

test.each([
  ["a request without a mark, without a folder", undefined, undefined, { kind: "free" }],
  ["a request with a mark, without a folder", mark, undefined, { kind: "led", to }],
  ["a request of this wave and line", mark, mark, { kind: "own", to }],
  ["a request without a mark on a key of the manifest", undefined, mark, { kind: "other", to, difference: "no_mark" }],
  ["a request of another campaign", { ...mark, name: "x" }, mark, { kind: "other", to, difference: "other_campaign" }],
  ["a request of another wave", { ...mark, wave: "main" }, mark, { kind: "other", to, difference: "other_wave" }],
  [
    "a request for another line",
    { ...mark, line: "0".repeat(32) },
    mark,
    { kind: "other", to, difference: "other_line" },
  ],
] as const)("decides to whom %s belongs", (_what, found, expected, membership) => {
  expect(membershipOf(found, expected)).toEqual(membership);
});

test("says of a key of the manifest that a rule leaves it", () => {
  expect(membershipOf(undefined, { ...mark, isLeft: true })).toMatchObject({
    kind: "other",
    to: { ...to, isLeft: true },
  });
});

describe("the mark of a request", () => {
  const { keyId } = someFacts();
  const run = aRun({ actor: anActor(bob), intent: "request" });

  it("names campaign, wave and line in a request of the campaign, and is absent in every other one", () => {
    const draftOf = (over: object) => {
      const request = { step: "deactivate", ...over } as const;
      const verdict = planCampaignRequest(aKey(), request, run, nowMs);
      const step = verdict.kind === "take" && verdict.plan.kind === "ready" ? verdict.plan.step : undefined;
      return step?.kind === "write_record" ? step.draft : undefined;
    };
    expect(draftOf({ mark })?.campaign).toEqual(mark);
    expect(draftOf({})?.campaign).toBeUndefined();
  });

  it("stays readable in the approval that takes the place of the request", () => {
    const request = aRecord({ author: alice, campaign: mark });
    const actor = { ...anActor(bob), identity: bob, writesAs: bob };
    const draft = approvalOf(
      request,
      { observation: aKey(), policy: { ...strictest, goal: "deactivated" }, run: { ...run, actor } },
      nowMs,
    );
    expect(decodeTagValue(keyId, encodeTagValue(draft), sha256)?.campaign).toEqual(mark);
  });

  it.each([
    ["a name that campaign.yaml does not allow", { n: "EOL; rm", w: "pilot", l: mark.line }],
    ["a wave that is too long", { n: "eol", w: "w".repeat(41), l: mark.line }],
    ["a digest of another length", { n: "eol", w: "pilot", l: "abc" }],
    ["a text", "eol"],
  ])("is not read with %s", (_what, c) => {
    const body = JSON.parse(Buffer.from(encodeTagValue(aDraft()), "hex").toString()) as object;
    const value = Buffer.from(JSON.stringify({ ...body, c })).toString("hex");
    expect(decodeTagValue(keyId, value, sha256)?.campaign).toBeUndefined();
  });
});
