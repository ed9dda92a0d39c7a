import { expect, test } from "vitest";
import { createSession } from "../../provider/pulumi-plugin/session.ts";

test("a run without an engine loses no line of evidence without an error", async () => {
  const { log } = createSession({});
  await expect(log.evidence("a step")).rejects.toThrow("no engine receives the evidence");
  await expect(log.warn("a warning")).resolves.toBeUndefined();
});
