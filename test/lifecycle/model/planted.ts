/**
 * Records in another person's name. At every stage of a deletion, a malicious person has planted a request or an approval
 * with a time that could fit. The victim then writes to the key for another purpose, through uko or with another tool, and
 * after that anyone tries to act.
 */

import type { Core } from "./core.ts";
import { type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import {
  command,
  handsOn,
  type Model,
  type Move,
  plants,
  runThrough,
  startFlight,
  stepFlight,
  touchByHand,
  wait,
} from "./moves.ts";
import { type SafetyConfig, stages } from "./safety.ts";
import { hour, maxTags } from "./service.ts";
import { holdTag } from "./tool.ts";
import { type CommandKind, freshWorld, type World } from "./world.ts";

/** The cast whose victim may end an outage and may not change tags. */
export const withoutTags = "alice may not write";

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
  const tagged = config.switches.keepsTags
    ? [fullOfTags(config, 1), fullOfTags(config, 2), held(model), heldAtEnd(config)]
    : [];
  const planted = [...stages(core, config, tally), ...tagged].flatMap((world) =>
    [...plants(model, world, config.mallory)].map(({ to }): World => ({ ...to, history: [] })),
  );
  return explore(model, [...tagged, ...planted], (world) => movesOf(model, world), depth);
}

/** A request for a key that is held. */
function held({ config, ...model }: Planting): World {
  const world = freshWorld(config, "active");
  const tags = [...(world.key?.tags ?? []), holdTag];
  const on = { ...world, ...(world.key !== undefined && { key: { ...world.key, tags } }) };
  return runThrough({ ...model, config }, on, command("request", config.mallory)).to;
}

/** A destroyed key of which only its metadata is left, under a hold. */
function heldAtEnd(config: SafetyConfig): World {
  const world = freshWorld(config, "pre_activation");
  return {
    ...world,
    ...(world.key !== undefined && {
      key: { ...world.key, state: "destroyed" as const, tags: [...world.key.tags, holdTag] },
    }),
  };
}

/** A key with so many tags of other tools that only `free` tags of uko find room, its marker among them. */
function fullOfTags(config: SafetyConfig, free: number): World {
  const world = freshWorld(config, "active");
  const others = Array.from({ length: maxTags - free }, (_, index) => ({ name: `t${index}`, value: "x" }));
  return { ...world, ...(world.key !== undefined && { key: { ...world.key, tags: [...others, ...world.key.tags] } }) };
}

function* wholeRuns(model: Planting, world: World): Generator<Move> {
  const { honest, mallory } = model.config;
  for (const victim of honest) yield* touchByHand(model, world, victim);
  for (const who of [...honest, mallory]) {
    for (const kind of touches) yield runThrough(model, world, command(kind, who));
    yield* consequences(model, world, who);
  }
  yield wait(world, 1);
  if (world.key?.state === "deactivated") yield wait(world, 4 * hour + 1);
}

function* consequences(model: Planting, world: World, who: SafetyConfig["mallory"]): Generator<Move> {
  yield runThrough(model, world, command("destroy", who));
  yield* handsOn(model, world, who);
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
  for (const { label, to } of plants(model, world, model.config.mallory, [0]))
    yield { label, to: { ...to, history: [] } };
  for (const victim of model.config.honest) yield* touchByHand(model, world, victim);
}
