/**
 * Records in another person's name. A malicious person plants requests and approvals at every time that could fit; the
 * victim then writes to the key for another purpose, through uko or with another tool; after that anyone tries to act.
 */

import type { Core } from "./core.ts";
import { type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import {
  command,
  type Model,
  type Move,
  nameable,
  plants,
  runThrough,
  startFlight,
  stepFlight,
  touchByHand,
  wait,
} from "./moves.ts";
import { type SafetyConfig, stages } from "./safety.ts";
import { hour } from "./service.ts";
import type { CommandKind, World } from "./world.ts";

type Planting = Model & { readonly config: SafetyConfig };

/** Every write of uko to a key that is no step of a deletion. */
const touches: readonly CommandKind[] = [
  ...(["hold", "release", "up", "mark", "sync", "align", "reactivate", "withdraw"] as const),
];

export function explorePlanted(
  core: Core,
  config: SafetyConfig,
  grain: "coarse" | "fine",
  depth: number,
  tally: Tally,
): Explored {
  const model: Planting = { core, config, judge: createJudge(tally) };
  const movesOf = grain === "coarse" ? wholeRuns : callByCall;
  return explore(model, stages(core, config, tally), (world) => movesOf(model, world), depth);
}

function* wholeRuns(model: Planting, world: World): Generator<Move> {
  const { honest, mallory } = model.config;
  yield* plants(model, world, mallory);
  for (const victim of honest) yield* touchByHand(model, world, victim);
  for (const who of [...honest, mallory]) {
    for (const kind of touches) yield runThrough(model, world, command(kind, who));
    yield* consequences(model, world, who);
  }
  yield wait(world, 1);
  if (world.key?.state === "deactivated") yield wait(world, 4 * hour + 1);
}

function* consequences(model: Planting, world: World, who: SafetyConfig["mallory"]): Generator<Move> {
  const { current } = nameable(world);
  yield runThrough(model, world, command("destroy", who));
  if (current.length === 0) return;
  yield runThrough(model, world, command("destroy", who, current));
  yield runThrough(model, world, command("continue", who, current));
  yield runThrough(model, world, command("consent", who, current));
}

/** One run of a victim, call by call; between its calls a record is planted, or the victim uses another tool. */
function* callByCall(model: Planting, world: World): Generator<Move> {
  const { honest, mallory } = model.config;
  if (world.flight === undefined) {
    for (const victim of honest) {
      for (const kind of [...touches, "destroy"] as const) yield startFlight(world, command(kind, victim));
    }
    yield* consequences(model, world, mallory);
  } else {
    yield* stepFlight(model, world, "none");
  }
  for (const move of besides(model, world)) {
    if (world.flight !== undefined) move.to.flight = { ...world.flight };
    yield move;
  }
  yield wait(world, 1);
}

function* besides(model: Planting, world: World): Generator<Move> {
  yield* plants(model, world, model.config.mallory);
  for (const victim of model.config.honest) yield* touchByHand(model, world, victim);
}
