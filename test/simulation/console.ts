/** The moves of a story in the console: a person opens a page, fills in its form as the page asks, and sends it. */

import { hiddenIn, openConsole, type TestConsole } from "../console/console-world.ts";
import type { Dice } from "./story.ts";

/**
 * Each form of the console by its address, with the move that sends it. A form of the console without a row fails a test, so that a
 * new one cannot stay untried.
 */
export const consoleForms: Readonly<Record<string, { readonly move: string } | { readonly writesNothing: string }>> = {
  "/keys/:vaultId/:keyId/:act": { move: "console key" },
  "/kms/:keyId/:act": { move: "console kms" },
  "/requests/:act/:vaultId/:state/:requester": { move: "console group" },
  "/requests/approve": { move: "console group" },
  "/campaign/waves/:wave/:act": { move: "console wave" },
  "/login": { writesNothing: "checks the code of the terminal" },
  "/logout": { writesNothing: "ends the session" },
  "/run/stop": { writesNothing: "keeps an act from further keys" },
};

export const keyActs = ["request", "approve", "store", "continue", "withdraw", "reactivate", "remove"] as const;
const waveActs = ["request", "approve", "continue", "halt", "rollback", "remove"] as const;

/** A line of a story, with the key that it names. */
export function drawConsole(dice: Dice, key: string): string {
  const move = dice.one(["key", "key", "key", "group", "group", "wave", "kms"]);
  if (move === "key") return `console key ${key} ${dice.one(keyActs)}`;
  if (move === "kms") return `console kms @backup ${dice.one(["request", "approve", "withdraw"])}`;
  return move === "group" ? "console group" : `console wave pilot ${dice.one(waveActs)}`;
}

export interface Desk {
  readonly environment: Record<string, string>;
  readonly folder?: string;
  readonly show: (text: string) => void;
  /** Runs between the page and its form. */
  readonly meanwhile: () => Promise<void>;
}

export async function useConsole([move = "", at = "", act = ""]: readonly string[], desk: Desk): Promise<void> {
  const { environment, folder, show, meanwhile } = desk;
  const world = { environmentOf: () => environment };
  const campaign = folder === undefined ? {} : { campaign: { folder, name: "mine" } };
  const console = openConsole(world, "bob", campaign);
  await console.logIn();
  const fill = async (address: string, page: { readonly status: number; readonly text: string }): Promise<void> => {
    show(page.text);
    // A person knows what they requested. The page asks only about a request that another person made up.
    if (page.status !== 200 || page.text.includes("uko cannot verify that you made the request")) return;
    await meanwhile();
    const typed = /id="typed-help">[^<]*<code>([^<]*)<\/code>/.exec(page.text)?.[1] ?? "";
    show((await console.submit(address, { ...hiddenIn(page.text), typed, reason: "closed" })).text);
  };
  try {
    const address = addressOf(move, at, act);
    if (address !== undefined) await fill(address, await console.open(address));
    else await approveGroups(console, fill);
  } finally {
    await console.close();
  }
}

function addressOf(move: string, at: string, act: string): string | undefined {
  if (move === "key") return `/keys/${at}/${act}`;
  if (move === "kms") return `/${at}/${act}`;
  return move === "wave" ? `/campaign/waves/${at}/${act}` : undefined;
}

/** Reviews each group of the page Waiting for you, and approves what the review shows. */
async function approveGroups(
  console: TestConsole,
  fill: (address: string, page: { readonly status: number; readonly text: string }) => Promise<void>,
): Promise<void> {
  const waiting = await console.open("/waiting");
  const groups = Array.from(waiting.text.matchAll(/action="(\/requests\/[^"]+)"/g), ([, address = ""]) => address);
  for (const address of new Set(groups)) {
    await console.open("/waiting");
    await fill("/requests/approve", await console.submit(address));
  }
}
