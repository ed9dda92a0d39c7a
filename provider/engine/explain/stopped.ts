/** What people are told of a wait within a run: what it holds up, and that nothing is lost when it is stopped. */

import { sayDuration } from "./words.ts";

export const noteOfStop =
  "The wait was stopped, and nothing is lost: what was done stands, and the next run goes on from here.";

/** Said before a wait of more than a quarter of an hour in a pipeline, whose other runs may need the same stack. */
export function sayLongWait(neededMs: number): string {
  return `This run waits for up to ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} and holds the lock of its state meanwhile, so no other run can work on the stack; without UKO_WAIT it stops and says what is awaited, and a later run goes on from there`;
}
