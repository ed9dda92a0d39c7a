/** The messages about a wait within a run: what it blocks, and that canceling it loses nothing. */

import { sayDuration } from "./words.ts";

export const waitInterruptedNote =
  "The wait was stopped, and nothing is lost: what was done stands, and the next run goes on from here.";

/** For a wait of more than 15 minutes in a pipeline, whose other runs may need the same stack. */
export function sayLongWait(neededMs: number): string {
  return `This run waits for up to ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} and holds the lock of its state meanwhile, so no other run can work on the stack; without UKO_WAIT it stops and says what is awaited, and a later run goes on from there`;
}
