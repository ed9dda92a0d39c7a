/** Each file of `transcripts/` is run, and has to be what is typed and shown. `-u` rewrites the files. */

import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runTranscript } from "./transcript.ts";

const folder = new URL("transcripts/", import.meta.url);

test.each(globSync("*.txt", { cwd: folder }).toSorted())("%s", async (name) => {
  const file = new URL(name, folder);
  await expect(await runTranscript(readFileSync(file, "utf8"))).toMatchFileSnapshot(file.pathname);
});
