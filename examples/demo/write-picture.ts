/** `npm run picture`: performs the demo, and writes provider/docs/images/demo.svg from what it prints. */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { perform } from "../../test/stage/perform.ts";
import { framesOf } from "./frames.ts";
import { pictureOf } from "./picture.ts";
import { story } from "./story.ts";

const file = fileURLToPath(new URL("../../provider/docs/images/demo.svg", import.meta.url));
const printed: string[] = [];
await perform(story, (text) => {
  printed.push(text);
  process.stdout.write(text);
});
await writeFile(file, pictureOf(framesOf(printed)));
console.log(`\nWrote ${file}.`);
