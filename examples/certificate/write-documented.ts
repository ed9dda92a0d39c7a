/**
 * `npm run certificate`: makes the certificate in provider/docs/how-to/certificate, and the output in the guide
 * provider/docs/how-to/check-a-certificate.md, by the commands of the guide in an emulator. Both people sign the
 * destruction. The exported events lack the removal, so that the check prints each word for how an act is known.
 */

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { eventsOf } from "../../test/certificate/audit-events.ts";
import { people, storyOn, writeKeys } from "../../test/certificate/story.ts";
import { startCliWorld } from "../../test/cli/harness.ts";
import { makeSshKey, signerLine, writeSigningFolder } from "../../test/support/ssh-keys.ts";

const target = fileURLToPath(new URL("../../provider/docs/how-to/certificate", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "uko-certificate-"));
writeKeys(folder);
const signers = (["alice", "bob"] as const).map((who) => {
  const key = makeSshKey();
  writeSigningFolder(path.join(folder, `ssh-${who}`), key);
  return `${signerLine(people[who], key)}\n`;
});
writeFileSync(path.join(folder, "allowed_signers"), signers.join(""));
const signingOf = (who: string) => ({ demands: () => [folder], own: () => path.join(folder, `ssh-${who}`) });
const world = await startCliWorld({ signingOf });
const story = storyOn({ world, folder });

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
  const evidence = readFileSync(story.file("evidence.jsonl"), "utf8");
  const events = eventsOf(evidence).filter(({ action }) => !action.endsWith(".delete"));
  writeFileSync(story.file("events.json"), `${JSON.stringify(events, null, 2)}\n`);
  const samples = ["certificate.json", "evidence.jsonl", "alice.pem", "bob.pem", "events.json", "allowed_signers"];
  for (const name of samples) {
    copyFileSync(story.file(name), path.join(target, name));
  }
  const checked = await run(
    "erin",
    "certificate verify @certificate.json --trust IBMid-550000BOB=@bob.pem --activity-tracker @events.json --allowed-signers @allowed_signers --allow-emulator",
  );
  const page = path.join(target, "..", "check-a-certificate.md");
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(/(?<=```text\n)[\s\S]*?(?=```)/, () => checked),
  );
} finally {
  rmSync(folder, { recursive: true });
  await world.close();
}
