import { expect, test } from "vitest";
import { keyKind } from "../../provider/engine/key/kind.ts";
import { converge } from "../../provider/engine/loop/converge.ts";
import { aWorld, ref } from "./fakes.ts";

test("a canceled run reads nothing, whatever the ports would return", async () => {
  const task = { ref, plan: () => ({ kind: "done" }) as const, consents: [], intent: "engine" } as const;
  const stopped = { signal: AbortSignal.abort() };
  await expect(converge(aWorld(), keyKind, task, stopped)).rejects.toMatchObject({ code: "UKO_CANCELLED" });
});
