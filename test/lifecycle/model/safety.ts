/** Safety: a malicious person among honest ones, an uninvolved user and a machine, from every stage of a deletion. */

import type { Core } from "./core.ts";
import { type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import {
  command,
  handsOn,
  jumps,
  type Model,
  type Move,
  nameable,
  rawMoves,
  runThrough,
  startFlight,
  stepFlight,
  wait,
} from "./moves.ts";
import { call, day, hour, isForBackingKey, type Role } from "./service.ts";
import { noteWrite } from "./truth.ts";
import { type Config, copyOf, freshWorld, meaningOf, type Person, person, robot, type World } from "./world.ts";

export interface SafetyCast {
  readonly mallory: readonly Role[];
  readonly alice: readonly Role[];
  /** A third, honest person, whose runs use tokens and have no API key. */
  readonly carol?: readonly Role[];
}

/** The rights of each person; `all` could bypass any tool, so that only the tool itself prevents a step. */
const all: readonly Role[] = ["Deployer", "Creator", "VaultAdministrator", "KmsManager"];
export const safetyCasts: Readonly<Record<string, SafetyCast>> = {
  "both hold everything": { mallory: all, alice: all },
  "mallory deploys": { mallory: ["Deployer", "KmsWriter"], alice: ["Creator", "VaultAdministrator", "KmsManager"] },
  "mallory administers": { mallory: ["Creator", "VaultAdministrator", "KmsManager"], alice: ["Deployer", "KmsWriter"] },
  "three, mallory holds everything": {
    mallory: all,
    alice: ["Deployer", "KmsWriter"],
    carol: ["Creator", "VaultAdministrator", "KmsManager"],
  },
  "three, mallory only writes": { mallory: ["Creator", "KmsWriter"], alice: ["Deployer", "KmsWriter"], carol: all },
  "alice may not write": { mallory: all, alice: ["Activator", "VaultAdministrator"] },
};

export interface SafetyConfig extends Config {
  readonly mallory: Person;
  readonly honest: readonly Person[];
  readonly bystander: Person;
}

export function safetyConfig(
  name: string,
  gate: Config["gate"],
  backingKey: Config["backingKey"],
  switches: Config["switches"] = { backingKeySees: "caller", keepsTags: true },
  marker: Config["marker"] = gate,
): SafetyConfig {
  const cast = safetyCasts[name];
  if (cast === undefined) throw new Error(`no cast "${name}"`);
  const mallory = person("mallory", cast.mallory);
  const honest = [
    person("alice", cast.alice),
    ...(cast.carol === undefined ? [] : [person("carol", cast.carol, false)]),
  ];
  const bystander = person("ivan", ["Deployer", "Creator"]);
  const location = switches.keepsTags ? "tag" : "description";
  return {
    title: `${name}, gate ${gate}, marker ${marker}, backing key ${backingKey}, ${location}, KMS sees ${switches.backingKeySees}`,
    gate,
    marker,
    backingKey,
    switches,
    people: [...honest, mallory, bystander],
    mallory,
    honest,
    bystander,
  };
}

/** Worlds along an honest deletion, so that few moves of an attacker reach every stage of it. */
export function stages(core: Core, config: SafetyConfig, tally: Tally): readonly World[] {
  const model: Model = { core, config, judge: createJudge(tally) };
  const everyone = [...config.honest, config.mallory];
  const pair = everyone.flatMap((one) => everyone.filter((other) => other !== one).map((other) => ({ one, other })));
  const fresh = freshWorld(config, "active");
  const found = [fresh, freshWorld(config, "pre_activation")];
  for (const { one, other } of pair) {
    const requested = runThrough(model, fresh, command("destroy", one)).to;
    const unused = runThrough(model, freshWorld(config, "pre_activation"), command("request", one)).to;
    const approval = command("approve", other, nameable(requested).current);
    const deactivated = runThrough(model, wait(requested, 15).to, approval).to;
    const cut = runThrough(model, wait(deactivated, 15).to, command("request", other)).to;
    const cooled = wait(cut, 4 * hour + 1).to;
    const stored = [wait(requested, 15).to, cooled].map((world) => {
      const approver = world === cooled ? one : other;
      return runThrough(model, world, command("store", approver, nameable(world).current)).to;
    });
    found.push(requested, unused, cut, cooled, wait(cooled, 7 * day + 1).to, ...stored);
    found.push(...cutAgainByHand(config, cooled, one));
  }
  for (const who of everyone) {
    const raw = copyOf(wait(fresh, 15).to);
    if (call(raw, config.switches, who, { kind: "deactivate" }, undefined) !== "done") continue;
    noteWrite(fresh, raw, who.iamId, "another_tool");
    found.push(wait(raw, 30 * day).to);
  }
  return found;
}

/**
 * Activated and deactivated a second time by hand, in a new window, with the record of the first time still
 * on the key.
 */
function cutAgainByHand(config: SafetyConfig, cooled: World, who: Person): readonly World[] {
  const to = copyOf(cooled);
  for (const kind of ["activate", "unset", "set", "deactivate"] as const) {
    const before = copyOf(to);
    if (call(to, config.switches, who, { kind }, undefined) !== "done") continue;
    noteWrite(before, to, who.iamId, isForBackingKey({ kind }) ? undefined : "another_tool");
  }
  return to.key?.updatedBy === who.iamId && to.key.state === "deactivated" ? [wait(to, 15).to] : [];
}

/** Whole runs by every person, raw calls by the malicious one, time. */
export function* coarseMoves(model: Model & { readonly config: SafetyConfig }, world: World): Generator<Move> {
  const { config } = model;
  const { current, stale } = nameable(world);
  for (const who of [...config.honest, config.mallory]) {
    yield runThrough(model, world, command("destroy", who));
    yield runThrough(model, world, command("request", who));
    yield runThrough(model, world, command("request", who, [], true));
    yield* handsOn(model, world, who);
    if (current.length > 0) {
      yield runThrough(model, world, command("approve", who, current));
      yield runThrough(model, world, command("approve", who, current, true));
      yield runThrough(model, world, command("approve", who, current), 1);
      yield runThrough(model, world, command("destroy", who), 1);
    }
    if (stale.length > 0) {
      yield runThrough(model, world, command("approve", who, stale));
      yield runThrough(model, world, command("store", who, stale));
    }
    yield* loosenings(model, world, who);
    yield runThrough(model, world, command("withdraw", who));
    yield runThrough(model, world, command("reactivate", who));
    yield runThrough(model, world, command("reactivate", who), 1);
    yield runThrough(model, world, command("sync", who));
    yield runThrough(model, world, command("up", who));
  }
  yield* surroundings(model, world);
  for (const seconds of [1, ...jumps]) yield wait(world, seconds);
  if (isApproved(world)) yield wait(world, 2 * day + 1);
}

function isApproved(world: World): boolean {
  return nameable(world).current.some((text) => meaningOf(text)?.how === "approval");
}

/** What appears to make fewer people enough: an edited state, a second stack that says `single`. */
function* loosenings(model: Model, world: World, who: Person): Generator<Move> {
  yield runThrough(model, world, command("destroy", who, [], false, { says: "single" }));
  yield runThrough(model, world, command("mark", who));
  yield runThrough(model, world, command("mark", who, [], false, { says: "single" }));
}

/** One run call by call; between its calls everyone's raw calls, whole runs of others, and a second or ten. */
export function* fineMoves(model: Model & { readonly config: SafetyConfig }, world: World): Generator<Move> {
  const { config } = model;
  const { current, stale } = nameable(world);
  if (world.flight === undefined) {
    for (const who of [...config.honest, config.mallory]) {
      yield startFlight(world, command("destroy", who));
      yield startFlight(world, command("request", who));
      if (stale.length > 0) yield startFlight(world, command("approve", who, stale));
      if (current.length > 0) {
        yield startFlight(world, command("approve", who, current));
        yield startFlight(world, command(isApproved(world) ? "continue" : "store", who, current));
      }
      yield startFlight(world, command("withdraw", who));
      yield startFlight(world, command("reactivate", who));
      yield startFlight(world, command("up", who));
    }
    yield startFlight(world, command("up", config.bystander));
    yield wait(world, 4 * hour + 1);
  } else {
    yield* stepFlight(model, world);
    const others = [...config.honest, config.mallory].filter((who) => who.name !== world.flight?.command.who.name);
    for (const who of others) yield* keepingFlight(world, besides(model, world, who, current));
  }
  yield* keepingFlight(world, surroundings(model, world));
  yield wait(world, 1);
  yield wait(world, 15);
}

function* besides(model: Model, world: World, who: Person, current: readonly string[]): Generator<Move> {
  yield runThrough(model, world, current.length > 0 ? command("approve", who, current) : command("destroy", who));
  yield runThrough(model, world, command("up", who));
  yield runThrough(model, world, command("reactivate", who));
}

function* surroundings(model: Model & { readonly config: SafetyConfig }, world: World): Generator<Move> {
  const { bystander, mallory } = model.config;
  const { current } = nameable(world);
  yield runThrough(model, world, command("up", bystander));
  yield runThrough(model, world, command("destroy", bystander));
  yield runThrough(model, world, current.length > 0 ? command("approve", robot, current) : command("destroy", robot));
  yield* rawMoves(model, world, mallory);
}

function* keepingFlight(world: World, moves: Iterable<Move>): Generator<Move> {
  for (const move of moves) {
    if (world.flight !== undefined) move.to.flight = { ...world.flight };
    yield move;
  }
}

export function exploreSafety(
  core: Core,
  config: SafetyConfig,
  grain: "coarse" | "fine",
  depth: number,
  tally: Tally,
): Explored {
  const model = { core, config, judge: createJudge(tally) };
  const movesOf = grain === "coarse" ? coarseMoves : fineMoves;
  return explore(model, stages(core, config, tally), (world) => movesOf(model, world), depth);
}
