/**
 * `npm run certificate`: makes the certificate in provider/docs/how-to/certificate, and the output in the guide
 * provider/docs/how-to/evidence-for-auditors.md, by the commands of the guide in an emulator.
 */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startStory, trustAll } from "../../test/certificate/story.ts";

const target = fileURLToPath(new URL("../../provider/docs/how-to/certificate", import.meta.url));
const story = await startStory();

async function run(who: Parameters<typeof story.uko>[0], command: string): Promise<string> {
  const { exitCode, out, err } = await story.uko(who, command);
  console.info(`$ uko ${command.replaceAll("@", "")}\n${out}${err}`);
  if (exitCode !== 0) throw new Error(`Exit code ${exitCode}`);
  return out;
}

try {
  await story.destroy("payroll");
  await story.remove("payroll");
  await run("bob", "certificate create --sign-key @bob.key --out @certificate.json");
  await run("alice", "certificate sign @certificate.json --sign-key @alice.key");
  mkdirSync(target, { recursive: true });
  for (const name of ["certificate.json", "evidence.jsonl", "alice.pem", "bob.pem"]) {
    copyFileSync(story.file(name), path.join(target, name));
  }
  const checked = await run(
    "erin",
    `certificate verify @certificate.json ${trustAll} --require 2 --evidence @evidence.jsonl --allow-emulator`,
  );
  const page = path.join(target, "..", "evidence-for-auditors.md");
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(/(?<=```text\n)[\s\S]*?(?=```)/, () => checked),
  );
} finally {
  await story.close();
}
