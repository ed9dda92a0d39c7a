import path from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { quietWorld } from "../cli/harness.ts";
import { blocksIn, repository, wordsOf } from "../support/documents.ts";

const page = "provider/docs/how-to/evidence-for-auditors.md";

test("the documented certificate is valid for this release, and the page shows what the check prints (npm run certificate)", async () => {
  const command = blocksIn(page, "sh").find((block) => block.includes("--allow-emulator")) ?? "";
  const folder = path.join(repository, "provider/docs/how-to/certificate");
  const words = wordsOf(command.trim()).slice(1);
  const inFolder = words.map((word) => word.replace(/^((?:IBMid-\w+=)?)(\w+\.(?:pem|jsonl?))$/, `$1${folder}/$2`));
  const world = quietWorld();
  expect(await runCli(inFolder, world), world.output.err).toBe(0);
  const [shown = ""] = blocksIn(page, "text");
  expect(shown).toBe(world.output.out);
});
