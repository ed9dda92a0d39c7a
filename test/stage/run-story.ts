/** Tells a story on the terminal: Ctrl-C clears away and ends with 130, a story that goes wrong ends with 1. */

import { perform, type Story } from "./perform.ts";
import { StoryError } from "./stage.ts";

const interrupted = 130;

/** Answers whether the story came to its end. */
export async function runStory(story: Story): Promise<boolean> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  // Whoever reads has seen enough, as `head` does.
  process.stdout.on("error", () => stop.abort());
  try {
    await perform(story, (text) => void process.stdout.write(text), stop.signal);
    return true;
  } catch (error) {
    // At a question, Ctrl-C is a key and no signal: readline ends the question with this error.
    const isStopped = stop.signal.aborted || (error instanceof Error && error.name === "AbortError");
    process.exitCode = isStopped ? interrupted : 1;
    if (isStopped) console.log("\nStopped. The emulator has ended, and nothing of the story is left.");
    else console.error(`\n${error instanceof StoryError ? error.message : error}`);
    return false;
  }
}
