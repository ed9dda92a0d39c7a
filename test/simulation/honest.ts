/**
 * Honest people who want every key deleted: they read what `uko status` names as next, and the person with the role does it, at the named
 * time. They know nothing else, so a key whose deletion does not end shows a command that misleads, or a way that is closed.
 */

import { type Finding, judgeStep, placeOf } from "./judge.ts";
import type { Played, Stage } from "./stage.ts";
import type { Step, Who } from "./story.ts";
import { iamIdOf, keyNames, simulatedSeed } from "./world.ts";

/** The most runs for each key, each after one `uko status`. */
const runsToEnd = 40;
/** Carol has every role; each of the others lacks some. */
const honest = ["carol", "alice", "bob", "olga", "pipeline"] as const;

interface Offer {
  /** The people who may do it, in words. */
  readonly who: string;
  readonly commands: readonly string[];
  readonly notBefore?: string;
  readonly excludedIdentity?: string;
}

/** Without faults, each deletion ends; else the last run says why not. */
export async function untilEnded(stage: Stage): Promise<Finding | undefined> {
  stage.emulator.world.clock.tickMs = 1_000;
  for (const name of keyNames) {
    const finding = await endKey(stage, name);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

async function endKey(stage: Stage, name: string): Promise<Finding | undefined> {
  const { clock } = stage.emulator.world;
  const tried = new Set<string>();
  let last = "";
  for (let runs = 0; runs < runsToEnd && isToEnd(stage, name); runs += 1) {
    const looked = await stage.play({ who: "erin", types: `uko status @${name} --json` });
    const [found] = judgeStep(stage, looked);
    if (found !== undefined) return found;
    const offers = offersOf(looked);
    const next = offers.find(({ step }) => !tried.has(`${step.who} ${step.types}`));
    if (next === undefined && offers.length > 0) break;
    if (next === undefined) {
      await stage.play({ who: "alice", types: "wait 31d" });
      continue;
    }
    const { step, fromMs } = next;
    const waitMs = Math.max(60_000, fromMs - clock.nowMs() + 1_000);
    await stage.play({ who: step.who, types: `wait ${Math.ceil(waitMs / 1_000)}s` });
    const played = await stage.play(step);
    const [finding] = judgeStep(stage, played);
    if (finding !== undefined) return finding;
    last = `${step.who}: ${step.types}\n${played.shown}`;
    // A refused run may have opened a KMS window, and closed it again.
    const isRefused = played.exitCode === 12 || played.exitCode === 13;
    const hasEffect = !isRefused && played.trail.some(({ method, effect }) => method !== "GET" && effect);
    // Exit code 11 says that only time has to pass, which `uko status` cannot know of every key.
    if (played.exitCode === 11 && !hasEffect) await stage.play({ who: step.who, types: "wait 5h" });
    else if (hasEffect) tried.clear();
    else tried.add(`${step.who} ${step.types}`);
  }
  if (!isToEnd(stage, name)) return undefined;
  const place = placeOf(stage.keyOf(name), clock.nowMs());
  return {
    rule: "liveness",
    says: `"${name}" is ${place} after all that honest people could do; the last run:\n${last}`,
  };
}

interface Next {
  readonly step: Step;
  readonly fromMs: number;
}

/** Each offer with each person, in the order of the offers; people with a named role come first. */
function offersOf({ shown }: Played): readonly Next[] {
  const line = shown.split("\n").find((text) => text.startsWith("{")) ?? "{}";
  const { explanation } = JSON.parse(line) as { readonly explanation?: { readonly next?: readonly Offer[] } };
  return (explanation?.next ?? []).flatMap(({ who, commands, notBefore, excludedIdentity }) =>
    whoFits(who)
      .filter((person) => iamIdOf(person) !== excludedIdentity)
      .flatMap((person) =>
        commands.map((command) => ({
          step: { who: person, types: command.replace("REASON", "closed"), answers: "yes" as const },
          fromMs: notBefore === undefined ? 0 : Date.parse(notBefore),
        })),
      ),
  );
}

/** `IBMid-550000BOB ("Bob Example") runs` names one person; `with the role Vault Administrator` names some. */
function whoFits(text: string): readonly Who[] {
  const named = honest.find((who) => text.includes(`${iamIdOf(who)} (`) && text.endsWith("runs"));
  if (named !== undefined) return [named];
  const names = text.replaceAll(/[^A-Za-z]/g, "");
  const hasRole = (who: Who): boolean =>
    simulatedSeed.identities
      ?.find(({ iamId }) => iamId === iamIdOf(who))
      ?.roles?.some((role) => names.includes(role)) === true;
  return [...honest.filter(hasRole), ...honest.filter((who) => !hasRole(who))];
}

function isToEnd(stage: Stage, name: string): boolean {
  const key = stage.keyOf(name);
  return key !== undefined && !/compromised/.test(key.state);
}
