import { expect, test } from "vitest";
import { planRequest } from "../../../provider/lifecycle/key/plan-request.ts";
import { aKey, aPolicy, aRun, nowMs } from "../../support/builders.ts";

const key = aKey({ state: "deactivated", stateWord: "deactivated" });
const plan = (shown: Parameters<typeof planRequest>[0], observation = key) =>
  planRequest(shown, observation, aPolicy(), aRun({ intent: "request" }), nowMs);

test("requests the step that a person saw, for the key as it was shown", () => {
  for (const shown of [undefined, { step: "destroy" }, { step: "destroy", facts: key.digests.destroy }] as const) {
    expect(plan(shown)).toMatchObject({ kind: "ready", step: { kind: "write_record", draft: { step: "destroy" } } });
  }
});

test("refuses another step than the one that was shown, and a key that changed since", () => {
  for (const shown of [{ step: "deactivate" }, { step: "destroy", facts: "0".repeat(32) }] as const) {
    expect(plan(shown)).toMatchObject({ kind: "refused", guard: { guard: "not_as_reviewed" } });
  }
});
