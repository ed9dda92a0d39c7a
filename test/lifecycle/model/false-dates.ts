/**
 * A service with a false `Date`, from the first response to a run or from the second: whole runs of a
 * deletion.
 */

import type { Core } from "./core.ts";
import { type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import { command, handsOn, type Model, type Move, runThrough, wait } from "./moves.ts";
import { type SafetyConfig, stages } from "./safety.ts";
import { day, type FalseDates } from "./service.ts";
import { copyOf, type World } from "./world.ts";

/** Outside each tolerance and within the token's, behind and ahead; five days make an expired request look young. */
const offBy = [-5 * day, -30, 30, 5 * day] as const;
const falseDates: readonly FalseDates[] = offBy.flatMap((seconds) => [0, 1].map((from) => ({ offBy: seconds, from })));
/** At once; early enough that five more days expire a request; a moment after the expiry, which 30 s less hide. */
const ages = [0, 3 * day, 7 * day + 15] as const;

export function exploreFalseDates(core: Core, config: SafetyConfig, depth: number, tally: Tally): Explored {
  const model = { core, config, judge: createJudge(tally) };
  const worlds = stages(core, config, tally).flatMap((world) => ages.map((age) => wait(world, age).to));
  const starts = worlds.flatMap((world) => falseDates.map((dates): World => ({ ...world, dates })));
  return explore(model, starts, (world) => movesOf(model, world), depth);
}

function* movesOf(model: Model & { readonly config: SafetyConfig }, world: World): Generator<Move> {
  const { mallory, honest, bystander } = model.config;
  for (const who of [...honest, mallory]) {
    yield runThrough(model, world, command("destroy", who));
    yield* handsOn(model, world, who);
    for (const kind of ["request", "withdraw", "reactivate", "sync"] as const) {
      yield runThrough(model, world, command(kind, who));
    }
  }
  yield runThrough(model, world, command("up", bystander));
  if (world.dates === undefined) return;
  const to = copyOf(world);
  delete to.dates;
  yield { label: "the Date is right again", to };
}
