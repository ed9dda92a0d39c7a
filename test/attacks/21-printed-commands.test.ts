/**
 * Point 21: commands that uko prints for pasting, with texts that another person wrote into a file of a campaign or
 * into a state. The shell of the reader runs uko with these texts as arguments, and nothing else.
 */

import { afterEach, describe, expect, it, test, vi } from "vitest";
import { openHandlers } from "../../provider/compose/engines.ts";
import { shellWord } from "../../provider/engine/text/explanation.ts";
import type { UkoError } from "../../provider/errors.ts";
import { printableLines } from "../../provider/text/printable.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { keys } from "../cli/harness.ts";

const stage = useCampaignStage();
afterEach(() => vi.unstubAllEnvs());

test.each(["a\u001b[", "a\u001b]", "\u009b", "a\u001b]0;x\u0007b"])(
  "a terminal sequence does not take the closing quote away: %j",
  (text) => {
    expect(printableLines(`uko campaign status ${shellWord(text)} --folder f`)).toMatch(
      /^[^']*('[^']*')?[^']* --folder f$/,
    );
  },
);

describe("the commands of a plan of a deletion from an edited state", () => {
  const options = { signal: new AbortController().signal };
  const quiet = { progress: { report: () => {} } };
  const pending = { deletionAwaits: "approval", deletionRequestedBy: "IBMid-550000ALICE" };
  const record = "0123456789abcdef0123456789abcdef";

  /** The commands of the plan, or of the error instead of it. */
  async function commandsWith(edited: object): Promise<readonly string[]> {
    for (const [name, value] of Object.entries(stage.world.environmentOf("bob"))) vi.stubEnv(name, value);
    const { managedKey } = openHandlers(() => ({}), quiet, { rerun: "tofu destroy" }).resources;
    const found = await managedKey.lookup(keys.payroll, options);
    const texts: string[] = [];
    try {
      const { preview } = await managedKey.previewDelete({
        ...found?.state,
        ...pending,
        deletionRecordId: record,
        ...edited,
      });
      texts.push(...Object.values(preview));
    } catch (error) {
      const { message, detail } = error as UkoError;
      texts.push(message, detail ?? "");
    }
    return texts.flatMap((text) => text.split("\n")).filter((line) => /^ *(uko|tofu) /.test(line));
  }

  it("are the approval of the pending request, by its label", async () => {
    expect(await commandsWith({})).toEqual(["    uko approve payroll"]);
  });

  it.each([
    { label: "payroll; touch pwned" },
    { label: "$(touch pwned)" },
    { label: "--yes" },
    { label: "payroll --yes" },
    { label: "payroll\n    uko hold pwned" },
  ])("are the approval by the IDs of the key with %j", async (edited) => {
    expect(await commandsWith(edited)).toEqual([`    uko approve ${keys.payroll}`]);
  });

  it.each([
    { keyId: "x; touch pwned" },
    { vaultId: "$(touch pwned)" },
    { label: "a b", keyId: "x; touch pwned" },
    { label: "a b", vaultId: "$(touch pwned)" },
    { deletionRecordId: "`touch pwned`" },
    { deletionRecordId: `${record} --yes` },
  ])("contain nothing that was written into the state as %j", async (edited) => {
    expect((await commandsWith(edited)).filter((line) => /pwned|--yes/.test(line))).toEqual([]);
  });
});
