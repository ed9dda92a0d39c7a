import { expect, test } from "vitest";
import { summarizeEvidence } from "../../../provider/campaign/files/evidence.ts";
import type { CampaignFolder } from "../../../provider/campaign/files/file-forms.ts";

const entry = (over: object): string =>
  JSON.stringify({ phase: "after", vaultId: "v", keyId: "k", actor: { iamId: "alice" }, ...over });
const folderWith = (...lines: readonly string[]) =>
  ({
    list: async () => ["a.jsonl"],
    parts: () => [lines.join("\n").slice(0, 100), lines.join("\n").slice(100)],
  }) as unknown as CampaignFolder;

test("the last write to a key is a step in the service, and not an acceptance of the campaign", async () => {
  const evidence = await summarizeEvidence(
    folderWith(
      entry({ step: "destroy", time: "2026-10-01T09:00:00Z" }),
      entry({ step: "accept", resource: "campaign_acceptance", time: "2026-10-03T09:00:00Z", actor: { iamId: "bob" } }),
      entry({ step: "destroy", resource: "kms_key", vaultId: "", time: "2026-10-01T09:00:00Z" }),
    ),
  );
  expect(Object.fromEntries(evidence.lastWrites)).toEqual({
    "v/k": { by: "alice", at: "2026-10-01T09:00:00Z" },
    "kms/k": { by: "alice", at: "2026-10-01T09:00:00Z" },
  });
});
