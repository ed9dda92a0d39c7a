/**
 * Runs one act on many objects: up to eight at a time, with progress, and with the results in order. After an error or
 * a cancellation, no further object starts.
 */

import { UkoError } from "../../errors.ts";
import type { CallOptions, Clock, World } from "../ports/world.ts";
import { sayDuration } from "../text/words.ts";

export interface Many<Item, Result> {
  readonly items: readonly Item[];
  /** What the progress line counts, such as "Requesting". */
  readonly what: string;
  /** An error that it throws concerns the whole run: no further item starts. */
  readonly act: (item: Item, index: number) => Promise<Result>;
  /** Receives each result in the order of the items, as soon as the items before it have ended. */
  readonly each?: (result: Result) => void;
  /** Whether the items go one at a time, because the run asks a person. */
  readonly isOneByOne?: boolean;
  /** The slots for the items, whose acts sleep by the clock of the slots. */
  readonly slots?: Slots;
}

export interface ManyResults<Result> {
  /** The results, in the order of the items. */
  readonly results: readonly Result[];
  readonly unstarted: number;
  /** The error that stopped the run, or the cancellation. */
  readonly stoppedBy?: unknown;
}

type ManyWorld = Pick<World, "progress"> & { readonly session: Pick<World["session"], "serviceTimeMs"> };

/** The items at work at the same time: as many as the HTTP client sends if the service keeps up. */
const atOnce = 8;

/**
 * The slots for items at work. An item that sleeps leaves its slot to another, so that the pause after a write costs
 * a run of many keys little more than a run of one.
 */
export interface Slots {
  readonly clock: Clock;
  enter(): Promise<void>;
  leave(): void;
}

/** The most items that may be at work or asleep. */
const inSlots = 64;

export function createSlots({ sleep, monotonicMs }: Clock): Slots {
  let places = atOnce;
  const waiting: (() => void)[] = [];
  const enter = (): Promise<void> => {
    if (places === 0) return new Promise((resolve) => waiting.push(resolve));
    places -= 1;
    return Promise.resolve();
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) places += 1;
    else next();
  };
  const clock: Clock = {
    monotonicMs,
    async sleep(ms, signal) {
      leave();
      try {
        await sleep(ms, signal);
      } finally {
        await enter();
      }
    },
  };
  return { clock, enter, leave };
}

/** Runs the act over all items, the first one alone. */
export async function runMany<Item, Result>(
  world: ManyWorld,
  { items, what, act, each, isOneByOne = false, slots }: Many<Item, Result>,
  { signal, progress = world.progress }: CallOptions,
): Promise<ManyResults<Result>> {
  const ended = inOrder(each);
  const sayDone = createRate({ ...world, progress }, what, items.length);
  let next = 0;
  let done = 0;
  const failures = new Map<number, unknown>();
  const work = async (limit: number): Promise<void> => {
    for (let started = 0; started < limit && next < items.length; started += 1) {
      await slots?.enter();
      if (failures.size > 0 || signal.aborted || next === items.length) return slots?.leave();
      const index = next;
      next += 1;
      try {
        const result = await act(items[index] as Item, index);
        done += 1;
        sayDone(done);
        ended.at(index, [result]);
      } catch (error) {
        failures.set(index, error);
        ended.at(index, []);
      }
      slots?.leave();
    }
  };
  await work(1);
  const workers = isOneByOne ? 1 : Math.min(slots === undefined ? atOnce : inSlots, items.length - next);
  await Promise.all(Array.from({ length: workers }, () => work(items.length)));
  if (failures.size === 0 && signal.aborted && next < items.length) failures.set(next, canceledRun());
  // Of items that fail together, the first in order decides, as if they had run one by one.
  const [first] = [...failures.keys()].sort((a, b) => a - b);
  const end = first === undefined ? {} : { stoppedBy: failures.get(first) };
  return { results: ended.results(), unstarted: items.length - next, ...end };
}

/**
 * The world for many items at a time, without a progress line for each step of each item, which would hide the count.
 */
export function withoutSteps(world: World): World {
  const { count } = world.progress;
  return { ...world, progress: { report: () => {}, ...(count !== undefined && { count }) } };
}

/** The results of all items, in their order. Throws the error of the first item that failed. */
export async function runAll<Item, Result>(
  world: ManyWorld,
  many: Many<Item, Result>,
  options: CallOptions,
): Promise<readonly Result[]> {
  const { results, stoppedBy } = await runMany(world, many, options);
  if (stoppedBy !== undefined) throw stoppedBy;
  return results;
}

/** Collects results by index, and passes each on once no earlier item is at work. */
function inOrder<Result>(each: ((result: Result) => void) | undefined) {
  const results: Result[] = [];
  const early = new Map<number, readonly Result[]>();
  let passed = 0;
  return {
    /** An item that failed ends without a result. */
    at(index: number, result: readonly Result[]): void {
      early.set(index, result);
      for (let now = early.get(passed); now !== undefined; now = early.get(passed)) {
        early.delete(passed);
        passed += 1;
        results.push(...now);
        if (each !== undefined) for (const one of now) each(one);
      }
    },
    results: (): readonly Result[] => results,
  };
}

function canceledRun(): UkoError {
  return new UkoError("UKO_CANCELED", {
    detail: "Completed steps stay in effect. Run the same command again to continue.",
  });
}

/** Reports the count, and once the service's clock has moved, the rate and the time left. */
function createRate({ progress, session }: ManyWorld, what: string, total: number): (done: number) => void {
  const startedMs = session.serviceTimeMs();
  return (done) => {
    if (progress.count === undefined || total === 1) return;
    const nowMs = session.serviceTimeMs();
    const elapsedMs = startedMs === undefined || nowMs === undefined ? 0 : nowMs - startedMs;
    const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : undefined;
    const left = perSecond === undefined || done === total ? "" : sayLeft(perSecond, total - done);
    progress.count(`${what}: ${done} of ${total}${left}`);
  };
}

function sayLeft(perSecond: number, remaining: number): string {
  const seconds = Math.ceil(remaining / perSecond);
  const left = seconds < 60 ? `${seconds} s` : sayDuration(seconds * 1000);
  return `, ${perSecond.toFixed(1)} per second, ${left} left`;
}
