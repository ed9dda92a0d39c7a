/**
 * Two concurrent runs whose writes fall into one second, and so under one ETag, call by call: two people's
 * runs, and a run next to a colleague who tags the key by hand at most twice. Every order of the calls,
 * without lost responses and crashes.
 */

import type { Core } from "./core.ts";
import { type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import { command, type Model, type Move, nameable, runThrough, startFlight, stepFlight, wait } from "./moves.ts";
import type { SafetyConfig } from "./safety.ts";
import { call } from "./service.ts";
import { noteWrite } from "./truth.ts";
import { type Command, type Config, copyOf, freshWorld, type Person, type World } from "./world.ts";

/** Two tags, so that the colleague can write in two seconds, or twice in one. */
const tagNames = ["team", "site"] as const;
/** Once the last write is this old, more time changes nothing for a run. */
const restedSeconds = 3;

export function exploreSameSecond(core: Core, config: SafetyConfig, depth: number, tally: Tally): Explored {
  const model = { core, config, judge: createJudge(tally) };
  const starts = justWritten(model);
  const pairs = starts.flatMap((world) => pairsOf(config, world).map(([one, other]) => both(world, one, other)));
  return explore(model, pairs, (world) => movesOf(model, world), depth);
}

/** A key with a write in this very second: by its creator, or by a person who requests its deletion. */
function justWritten(model: Model & { readonly config: SafetyConfig }): readonly World[] {
  const { config } = model;
  const fresh = freshWorld(config, "active");
  const created = copyOf(fresh);
  if (created.key !== undefined) created.key.updatedAt = created.now;
  const [alice = config.mallory] = config.honest;
  return [created, runThrough(model, fresh, command("request", alice)).to];
}

function pairsOf(config: SafetyConfig, world: World): readonly (readonly [Command, Command])[] {
  const [alice = config.mallory] = config.honest;
  const bob = config.mallory;
  const { current } = nameable(world);
  const ofBob = commandsOf(bob, current);
  const ofAlice = [...commandsOf(alice, current), command("up", config.bystander)];
  return ofAlice.flatMap((one) => ofBob.map((other) => [one, other] as const));
}

function commandsOf(who: Person, current: readonly string[]): readonly Command[] {
  if (current.length === 0) return [command("request", who), command("mark", who), command("sync", who)];
  return [
    command("approve", who, current),
    command("store", who, current),
    command("request", who),
    command("withdraw", who),
  ];
}

function both(world: World, one: Command, other: Command): World {
  return swapped(startFlight(swapped(startFlight(world, one).to), other).to);
}

function swapped({ flight, second, ...world }: World): World {
  return { ...world, ...(second !== undefined && { flight: second }), ...(flight !== undefined && { second: flight }) };
}

function* movesOf(model: Model, world: World): Generator<Move> {
  yield* stepFlight(model, world, "none");
  for (const move of stepFlight(model, swapped(world), "none")) yield { ...move, to: swapped(move.to) };
  const isRested = world.now - (world.key?.updatedAt ?? 0) >= restedSeconds;
  for (const seconds of isRested ? [] : [1, 2]) yield wait(world, seconds);
  yield* tagsByHand(model.config, world);
}

function* tagsByHand({ switches }: Config, world: World): Generator<Move> {
  const { key } = world;
  const name = tagNames.find((each) => !key?.tags.some((tag) => tag.name === each));
  if (key === undefined || name === undefined) return;
  const to = copyOf(world);
  const colleague = { iamId: "IBMid-colleague", rights: new Set(["write"] as const) };
  const tags = [...key.tags, { name, value: "x" }];
  if (call(to, switches, colleague, { kind: "patch", tags }, key.updatedAt) !== "done") return;
  noteWrite(world, to, colleague.iamId, "another_tool");
  yield { label: `a colleague sets the tag ${name}`, to };
}
