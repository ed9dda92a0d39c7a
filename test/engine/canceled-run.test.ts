import { expect, test } from "vitest";
import { reconcile } from "../../provider/engine/key/reconcile.ts";
import { aWorld, ref } from "./fakes.ts";

test("a run that was canceled reads nothing, whatever the ports would answer", async () => {
  const task = { ref, plan: () => ({ kind: "done" }) as const, consents: [], intent: "engine" } as const;
  const stopped = { signal: AbortSignal.abort() };
  await expect(reconcile(aWorld(), task, stopped)).rejects.toMatchObject({ code: "UKO_CANCELLED" });
});
