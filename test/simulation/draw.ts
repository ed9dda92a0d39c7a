/**
 * Draws the next step of a story: half of them lead a key on, as people who want it deleted would; the others are any move of any
 * person. The draw may look at the world, but the step says all that it needs, so that a story can be told again without it.
 */

import type { Key } from "../../provider/emulator/store/model.ts";
import { moves } from "../support/moves.ts";
import { drawConsole } from "./console.ts";
import { edits } from "./edits.ts";
import { engineVerbs } from "./engine.ts";
import { isHeld } from "./judge.ts";
import { bodyIn, plants } from "./mallory.ts";
import { makeKeys, startSchemes } from "./schemes.ts";
import type { Stage } from "./stage.ts";
import { type Dice, type Fault, faultKinds, lieKinds, people, type Step, type Who } from "./story.ts";
import { iamIdOf, keyNames } from "./world.ts";

const waits = ["1s", "3s", "1m", "1h", "5h", "25h", "49h", "8d", "31d", "91d"];
const touches = ["sync_status_in_keystores", "describe", "tag", "touch", "hold", "activate", "deactivate", "destroy"];
const verbs = [...engineVerbs, "up", "destroy", "destroy"];
const honest = ["alice", "bob", "carol"] as const;

/** What a row of the commands can type, with its key and its folder. */
export const linesOfCommands: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(moves).flatMap(([command, row]) => {
    const lines = "writes" in row ? row.writes : "reads" in row ? row.reads : [];
    return lines.length === 0 ? [] : [[command, lines]];
  }),
);
const writing = Object.keys(linesOfCommands).filter((command) => "writes" in (moves[command] ?? {}));

/** The longest text that each option takes. */
const textsAtLimits: Readonly<Record<string, readonly string[]>> = {
  request: [`request KEY --reason "${"Ü".repeat(500)}"`],
  withdraw: [`withdraw KEY --reason "${"r".repeat(500)}"`],
  hold: [`hold KEY --ticket "${"T".repeat(40)}" --until 2027-01-31`],
};

/** The steps of one story: schemes, and single steps between them. */
export function startDrawing(stage: Stage, dice: Dice): () => Step {
  const drawScheme = startSchemes(dice);
  // The rule of a key's first program stays, so the keys of a program for one person are made before any other run.
  const drawn: Step[] = dice.chance(50) ? [makeKeys(dice)] : [];
  return () => {
    const isNext = drawn.length === 0 && dice.chance(15);
    if (isNext) drawn.push(...drawScheme(keyNames.flatMap((name) => stage.keyOf(name) ?? [])));
    return drawn.shift() ?? drawStep(stage, dice);
  };
}

function drawStep(stage: Stage, dice: Dice): Step {
  const kind = dice.below(100);
  if (kind < 55) return withFault(leadOn(stage, dice), dice, 12);
  if (kind < 62) return { who: "alice", types: `wait ${dice.one(waits)}` };
  if (kind < 74) return withFault(drawCommand(dice), dice, 20);
  if (kind < 80) {
    const types = drawConsole(dice, `@${dice.one(keyNames)}`);
    const meanwhile = dice.chance(20) ? { meanwhile: drawOutside(dice) } : {};
    return withFault({ who: dice.one(people), types, answers: "yes", ...meanwhile }, dice, 15);
  }
  if (kind < 88) {
    return withFault({ who: dice.one(people), types: `engine ${dice.one(verbs)}`, ...envOf(dice) }, dice, 20);
  }
  return drawOutside(dice);
}

function drawCommand(dice: Dice): Step {
  const command = dice.chance(80) ? dice.one(writing) : dice.one(Object.keys(linesOfCommands));
  const line = dice.one([...(linesOfCommands[command] ?? []), ...(textsAtLimits[command] ?? [])]);
  const step = {
    who: dice.one(people),
    types: `uko ${line.replaceAll("KEY", `@${dice.one([...keyNames, "backup"])}`)}`,
    ...envOf(dice),
  };
  if (dice.chance(30)) return step;
  const meanwhile = dice.chance(15) ? { meanwhile: drawOutside(dice) } : {};
  return { ...step, answers: dice.chance(85) ? "yes" : "no", ...meanwhile };
}

function drawOutside(dice: Dice): Step {
  const key = `@${dice.one(keyNames)}`;
  if (dice.chance(50)) return { who: "mallory", types: `plant ${dice.one(plants)} ${key} ${dice.one(honest)}` };
  if (dice.chance(25)) return { who: "mallory", types: `edit ${dice.one(edits)} ${key}` };
  const verb = dice.one(touches);
  const rest = verb === "tag" ? " team red" : verb === "describe" ? " Salaries" : "";
  return { who: dice.one(["carol", "mallory", "bob"]), types: `tool ${verb} ${key}${rest}` };
}

/** What somebody else can set where a person works: a pipeline, settings of one person, and a service of one's own. */
const foreignSettings: readonly Readonly<Record<string, string>>[] = [
  { CI: "true" },
  { UKO_DUAL_AUTHORIZATION: "single", UKO_DELETION_GATE: "destroy", UKO_APPROVE: "yes" },
  { UKO_ENDPOINT: "http://127.0.0.1:9", UKO_KMS_ENDPOINT: "http://127.0.0.1:9" },
  { UKO_IAM_ENDPOINT: "http://127.0.0.1:9" },
  { UKO_IAM_ENDPOINT: "https://127.0.0.2:9", UKO_ENDPOINT: "https://127.0.0.2:9" },
];
const envOf = (dice: Dice): Pick<Step, "env"> => (dice.chance(20) ? { env: dice.one(foreignSettings) } : {});

function withFault(step: Step, dice: Dice, percent: number): Step {
  if (step.types.startsWith("wait") || step.fault !== undefined || !dice.chance(percent)) return step;
  return { ...step, fault: { kind: dice.one(faultKinds), call: 1 + dice.below(12) } satisfies Fault };
}

/** The next thing that somebody who wants the key deleted would do. */
function leadOn(stage: Stage, dice: Dice): Step {
  const names = keyNames.filter((name) => stage.keyOf(name) !== undefined);
  if (names.length === 0) return { who: "carol", types: "engine up" };
  return nextFor(stage, dice.one(names), dice);
}

const hourMs = 3_600_000;

interface Pending {
  readonly requester: Who;
  readonly isApproved: boolean;
  /** What was requested long ago is requested anew. */
  readonly isOld: boolean;
}

/** The record that counts on the key for its next step. */
function pendingOn(key: Key, nowMs: number): Pending | undefined {
  const body = bodyIn(key.tags.find((tag) => tag.name === "uko_deletion")?.value);
  const step = key.state === "active" ? "deactivate" : "destroy";
  const quote = body?.q as { readonly a?: unknown } | undefined;
  const isApproved = body?.h === "approval";
  const requester = people.find((who) => iamIdOf(who) === (isApproved ? quote?.a : body?.a));
  const isOld = typeof body?.t === "number" && nowMs - body.t * 1_000 > 40 * hourMs;
  const doesCount = body?.s === step && key.updatedBy === body.a;
  return requester === undefined || !doesCount ? undefined : { requester, isApproved, isOld };
}

export function nextFor(stage: Stage, name: string, dice: Dice): Step {
  const key = stage.keyOf(name);
  const at = `@${name}`;
  const by = (who: Who, command: string): Step => ({ who, types: `uko ${command}`, answers: "yes" });
  if (key === undefined) return { who: "alice", types: "wait 1m" };
  const nowMs = stage.emulator.world.clock.nowMs();
  // Half of the time, somebody who does not know of the hold goes on.
  if (isHeld(key.tags, nowMs) && key.state !== "destroyed" && dice.chance(50)) {
    // Of several holds, a person names the one that ends.
    const which = dice.one(["", "", ...["owner", "other", "legal"].map((kind) => ` --kind ${kind}`)]);
    return by(dice.one(["olga", "bob"]), `hold ${at} --release --reason closed${which}`);
  }
  if (key.state === "destroyed") {
    if (dice.chance(35)) return { who: "alice", types: "wait 31d" };
    const removal = by(dice.one(["bob", "carol"]), `continue ${at}`);
    return dice.chance(20) ? { ...removal, fault: { kind: dice.one(lieKinds), call: 1 } } : removal;
  }
  const pending = pendingOn(key, nowMs);
  if (pending === undefined) return by(dice.one(honest), `request ${at}`);
  const { requester, isApproved, isOld } = pending;
  // Alice lacks the right to destroy, so an approval that is stored for her leads nowhere.
  if (isOld || (isApproved && requester === "alice" && key.state !== "active")) return by(requester, `withdraw ${at}`);
  if (key.state === "deactivated" && dice.chance(30)) return { who: "alice", types: "wait 5h" };
  // Who did not make the request that an approval quotes declines it.
  if (isApproved) return by(requester, `${dice.chance(70) ? "continue" : "withdraw"} ${at}`);
  const others = honest.filter((who) => who !== requester);
  return by(dice.one(others), `approve ${at}${dice.chance(25) ? " --store" : ""}`);
}
