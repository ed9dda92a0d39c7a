/**
 * Liveness: from every world that honest people can reach together, `removed` stays reachable, or a run
 * reports what is missing.
 */

import type { Plan } from "../../../provider/lifecycle/key/plan.ts";
import type { Core } from "./core.ts";
import { type Edges, type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import { command, handsOn, jumps, type Model, type Move, nameable, runThrough, wait } from "./moves.ts";
import type { Role } from "./service.ts";
import { type Config, freshWorld, type Person, person, type Refused, type World } from "./world.ts";

/** The role sets of uko-v4.md 6 that people hold in practice, with the KMS role that goes with each. */
export const holdings: Readonly<Record<string, readonly Role[]>> = {
  deployer: ["Deployer", "KmsWriter"],
  "deployer without KMS": ["Deployer"],
  creator: ["Creator"],
  administrator: ["VaultAdministrator", "KmsManager"],
  "administrator and creator": ["VaultAdministrator", "Creator", "KmsManager"],
  everything: ["Deployer", "Creator", "VaultAdministrator", "KmsManager"],
};

/** Every cast of `size` people, in any order. */
export function casts(size: number): readonly (readonly string[])[] {
  const names = Object.keys(holdings);
  const grow = (from: number, left: number): string[][] =>
    left === 0
      ? [[]]
      : names.slice(from).flatMap((name, at) => grow(from + at, left - 1).map((rest) => [name, ...rest]));
  return grow(0, size);
}

export function livenessConfig(
  cast: readonly string[],
  gate: Config["gate"],
  backingKey: Config["backingKey"],
  switches: Config["switches"] = { backingKeySees: "caller", keepsTags: true },
): Config {
  const names = ["alice", "bob", "carol"];
  return {
    title: `${cast.join(" + ")}, gate ${gate}, backing key ${backingKey}`,
    gate,
    marker: gate,
    backingKey,
    switches,
    people: cast.map((held, index) => person(names[index] ?? "", holdings[held] ?? [])),
  };
}

/** Whether these people can delete an active key by the product's rule, derived from their rights alone. */
export function isLegal(config: Config): boolean {
  const { people, gate, backingKey } = config;
  const isDual = backingKey === "dual";
  const others = (who: Person) => people.filter((one) => one !== who);
  const mayCutOff = people.filter(
    (who) =>
      who.rights.has("deactivate") &&
      (!isDual || who.rights.has("kmsSet")) &&
      (gate === "destroy" || others(who).some((one) => one.rights.has("write"))),
  );
  const mayEnd = people.filter(
    (who) => who.rights.has("destroy") && others(who).some((one) => one.rights.has("write")),
  );
  const isEnded = mayCutOff.some((first) => mayEnd.some((second) => !isDual || first !== second));
  return isEnded && people.some((who) => who.rights.has("remove"));
}

function* honestMoves(model: Model, world: World): Generator<Move> {
  const { current } = nameable(world);
  for (const who of model.config.people) {
    yield runThrough(model, world, command("destroy", who));
    yield runThrough(model, world, command("request", who));
    yield* handsOn(model, world, who);
    if (current.length > 0) {
      const approval = command("approve", who, current);
      yield runThrough(model, world, approval);
      for (const calls of [1, 2]) yield runThrough(model, world, approval, calls);
    }
    yield runThrough(model, world, command("withdraw", who));
    yield runThrough(model, world, command("reactivate", who));
    yield runThrough(model, world, command("reactivate", who), 1);
    yield runThrough(model, world, command("up", who));
  }
  for (const seconds of jumps) yield wait(world, seconds);
}

/** Honest people name the pending record, so earlier records make no difference. */
function* withoutPast(moves: Iterable<Move>): Generator<Move> {
  for (const move of moves) {
    move.to.history = [];
    yield move;
  }
}

export interface Liveness extends Explored {
  /** Worlds from which no move of these people leads to removed. */
  readonly stuck: number;
  /** Worlds in which no run reports anything. */
  readonly wordless: number;
  /** Every right, refusal and guard that a run reported in a stuck world. */
  readonly told: ReadonlySet<string>;
}

export function exploreLiveness(core: Core, config: Config, tally: Tally, depth = 60): Liveness {
  const model: Model = { core, config, judge: createJudge(tally) };
  const graph: Edges[] = [];
  const starts = [freshWorld(config, "active")];
  const explored = explore(
    model,
    starts,
    (world) => withoutPast(honestMoves(model, world)),
    depth,
    (index, edges) => {
      graph[index] = edges;
    },
  );
  const leads = whatLeadsToRemoved(graph);
  const reported = new Set<string>();
  let stuck = 0;
  let wordless = 0;
  for (const [index, edges] of graph.entries()) {
    if (edges === undefined || leads.has(index)) continue;
    stuck += 1;
    const words = edges.says.flatMap(wordsOf);
    if (words.length === 0) wordless += 1;
    for (const word of words) reported.add(word);
  }
  return { ...explored, stuck, wordless, told: reported };
}

function whatLeadsToRemoved(graph: readonly Edges[]): ReadonlySet<number> {
  const back = new Map<number, number[]>();
  const queue: number[] = [];
  for (const [index, edges] of graph.entries()) {
    if (edges?.world.key === undefined) queue.push(index);
    for (const to of edges?.to ?? []) back.set(to, [...(back.get(to) ?? []), index]);
  }
  const leads = new Set(queue);
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    for (const from of back.get(index) ?? []) {
      if (leads.has(from)) continue;
      leads.add(from);
      queue.push(from);
    }
  }
  return leads;
}

/** What the run reports: the right that the next step requires, the refused call, the guard. */
function wordsOf(said: unknown): readonly string[] {
  if (said === undefined) return [];
  const { plan, refusals } = said as { plan: Plan | undefined; refusals: readonly Refused[] };
  const denied = refusals.map(({ kind }) => `denied ${kind}`);
  if (plan?.kind === "waitingForApproval" || plan?.kind === "waitingForRequest") return [...denied, plan.right.action];
  if (plan?.kind === "refused") return [...denied, plan.guard.guard];
  return plan?.kind === "waitingForTime" ? [...denied, plan.awaits] : denied;
}
