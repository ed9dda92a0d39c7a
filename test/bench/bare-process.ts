/** A process that makes the calls of the job on its standard input, and prints what they took without its start. */

import { text } from "node:stream/consumers";
import { doBareJob } from "./bare-job.ts";

console.log(JSON.stringify(await doBareJob(JSON.parse(await text(process.stdin)))));
