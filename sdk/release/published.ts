/**
 * The switch for "not published yet". While it is off, pages and messages say so, and a release stops.
 * Who publishes the first release sets it to true, and `npm run release:check` names each text that still says otherwise.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const isPublished: boolean = false;

const repository = new URL("../../", import.meta.url);
const statement =
  /not published yet|nothing is published|(?:not in a|in no) registry yet|not released yet|nothing is released/i;
/** Decisions, the changelog, tests and this switch speak about publication itself. */
const isAboutIt = (file: string): boolean =>
  /^(?:provider\/docs\/decisions\/|CHANGELOG|test\/|sdk\/release\/)/.test(file);

/** The files that say that nothing is published. */
export function filesThatSayUnpublished(): readonly string[] {
  const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md", "*.ts"];
  const files = execFileSync("git", words, { cwd: repository, encoding: "utf8" }).split("\0");
  return files.filter((file) => {
    return file !== "" && !isAboutIt(file) && statement.test(readFileSync(new URL(file, repository), "utf8"));
  });
}

/** What stops a release: the switch is off, or texts disagree with it. Empty if nothing does. */
export function reasonsToStop(published: boolean, files: readonly string[]): readonly string[] {
  if (!published) return ["sdk/release/published.ts says that nothing is published yet", ...files];
  return files.map((file) => `${file} still says that nothing is published`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reasons = reasonsToStop(isPublished, filesThatSayUnpublished());
  for (const reason of reasons) console.error(reason);
  process.exitCode = reasons.length === 0 ? 0 : 1;
}
