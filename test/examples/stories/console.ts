/** One key and two people with a browser each: every step is a click, and the emulator's clock passes the waits. */

import type { ConsoleStage } from "../../stage/console-stage.ts";
import type { ConsoleStory } from "../../stage/perform.ts";

export const story: ConsoleStory = { kind: "console", tell };

async function tell(stage: ConsoleStage): Promise<void> {
  stage.say(
    'Alice and Bob delete the key "orders" in their browsers. Each of them has a console of their own.',
    "Open Bob's address in one browser, and Alice's address in another one or in a private window.",
  );
  await stage.openConsole("bob");
  await stage.openConsole("alice");
  await stage.pause('Bob: open Keys, then "orders", and request the deactivation with a reason.');
  await stage.timePasses("1m", "A minute passes.");
  await stage.pause('Alice: open Waiting for you, then "orders", and approve the deactivation.');
  await stage.timePasses("4h1m", "More than 4 hours pass, so the key can be destroyed.");
  await stage.pause('Bob: open "orders" again, and approve the destruction.');
  await stage.timePasses("31d", "31 days pass, so the keystore has deleted the material.");
  await stage.pause('Bob: open "orders" a last time, and remove the key from its vault.');
}
