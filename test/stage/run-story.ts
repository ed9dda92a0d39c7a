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
    process.exitCode = stop.signal.aborted ? interrupted : 1;
    if (!stop.signal.aborted) console.error(`\n${error instanceof StoryError ? error.message : error}`);
    return false;
  }
}
