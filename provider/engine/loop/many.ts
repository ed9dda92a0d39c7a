/**
 * The runner over many objects: some at a time, the first alone, with progress. The HTTP client slows
 * all of them down when the service asks for it.
 */

import { UkoError } from "../../errors.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { sayDuration } from "../text/words.ts";

export interface Many<Item, Result> {
  readonly items: readonly Item[];
  /** What the progress line counts, such as "Requesting". */
  readonly what: string;
  /** An error that it throws concerns the whole run: no further item starts. */
  readonly act: (item: Item) => Promise<Result>;
}

export interface ManyResults<Result> {
  /** In the order in which they ended. */
  readonly results: readonly Result[];
  readonly unstarted: number;
  /** The error that stopped the run, or the cancellation. */
  readonly stoppedBy?: unknown;
}

/** As many as the HTTP client sends at the same time. */
const atOnce = 8;

/**
 * The first item goes alone, so that a cause which concerns every item stops the run at the first.
 * Work in progress always ends before the run does.
 */
export async function runMany<Item, Result>(
  world: World,
  { items, what, act }: Many<Item, Result>,
  { signal }: CallOptions,
): Promise<ManyResults<Result>> {
  const results: Result[] = [];
  const progress = createRate(world, what, items.length);
  let next = 0;
  let stopped: { readonly by: unknown } | undefined;
  const work = async (limit: number): Promise<void> => {
    for (let started = 0; started < limit && next < items.length; started += 1) {
      if (stopped !== undefined || signal.aborted) return;
      const item = items[next] as Item;
      next += 1;
      try {
        results.push(await act(item));
        progress(results.length);
      } catch (error) {
        stopped ??= { by: error };
      }
    }
  };
  await work(1);
  await Promise.all(Array.from({ length: atOnce }, () => work(items.length)));
  const isCancelled = signal.aborted && next < items.length;
  const end = stopped ?? (isCancelled ? { by: cancelledRun() } : undefined);
  return { results, unstarted: items.length - next, ...(end !== undefined && { stoppedBy: end.by }) };
}

function cancelledRun(): UkoError {
  return new UkoError("UKO_CANCELLED", {
    detail: "Completed steps stay in effect. Run the same command again to continue.",
  });
}

/** Reports the count, and once the service's clock has moved, the rate and the time left. */
function createRate({ progress, session }: World, what: string, total: number): (done: number) => void {
  const startedMs = session.serviceTimeMs();
  return (done) => {
    const nowMs = session.serviceTimeMs();
    const elapsedMs = startedMs === undefined || nowMs === undefined ? 0 : nowMs - startedMs;
    const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : undefined;
    const left = perSecond === undefined || done === total ? "" : sayLeft(perSecond, total - done);
    progress.report(`${what}: ${done} of ${total}${left}`);
  };
}

function sayLeft(perSecond: number, remaining: number): string {
  const leftMs = Math.ceil(remaining / perSecond) * 1000;
  return `, ${perSecond.toFixed(1)} per second, ${sayDuration(leftMs)} left`;
}
