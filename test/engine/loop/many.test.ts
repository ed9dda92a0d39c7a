import { expect, test } from "vitest";
import { createSlots, type Many, runAll, runMany } from "../../../provider/engine/loop/many.ts";

const numbers = Array.from({ length: 40 }, (_, at) => at);

/** Runs over 40 numbers, and keeps what a person sees. */
function start(over: Partial<Many<number, number>> = {}, signal = new AbortController().signal) {
  const lines: string[] = [];
  let nowMs = 0;
  const world = {
    progress: { report: () => {}, count: (line: string) => void lines.push(line) },
    session: { serviceTimeMs: () => nowMs },
  };
  let inside = 0;
  let most = 0;
  const act = async (item: number): Promise<number> => {
    inside += 1;
    most = Math.max(most, inside);
    // A later item of a batch ends first.
    for (let turns = 0; turns < 40 - item; turns += 1) await Promise.resolve();
    inside -= 1;
    nowMs += 500;
    return item * 10;
  };
  const run = runMany(world, { items: numbers, what: "Counting", act, ...over }, { signal });
  return { run, lines, world, mostAtOnce: () => most };
}

test("passes results on in the order of the items, several at a time", async () => {
  const passed: number[] = [];
  const { run, mostAtOnce } = start({ each: (result) => void passed.push(result) });
  const expected = numbers.map((item) => item * 10);
  expect(await run).toEqual({ results: expected, unstarted: 0 });
  expect(passed).toEqual(expected);
  expect(mostAtOnce()).toBe(8);
});

test("runs one item at a time if a person is asked", async () => {
  const { run, mostAtOnce } = start({ isOneByOne: true });
  await run;
  expect(mostAtOnce()).toBe(1);
});

test("lets other items work while one sleeps, and each comes back to a free place", async () => {
  let [awake, mostAwake, asleep, mostAsleep] = [0, 0, 0, 0];
  const sleep = async (): Promise<void> => {
    [awake, asleep] = [awake - 1, asleep + 1];
    mostAsleep = Math.max(mostAsleep, asleep);
    for (let turns = 0; turns < 500; turns += 1) await Promise.resolve();
    asleep -= 1;
  };
  const slots = createSlots({ sleep, monotonicMs: () => 0 });
  const act = async (item: number): Promise<number> => {
    const work = async (): Promise<void> => {
      awake += 1;
      mostAwake = Math.max(mostAwake, awake);
      for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
    };
    await work();
    await slots.clock.sleep(2_000, new AbortController().signal);
    await work();
    awake -= 1;
    return item;
  };
  const items = Array.from({ length: 100 }, (_, at) => at);
  expect((await start({ items, act, slots }).run).results).toEqual(items);
  expect([mostAwake, mostAsleep]).toEqual([8, expect.closeTo(60, -1)]);
});

test("gives a place back after a sleep that was canceled", async () => {
  const slots = createSlots({ sleep: () => Promise.reject(new Error("canceled")), monotonicMs: () => 0 });
  const act = (): Promise<number> => slots.clock.sleep(1, new AbortController().signal) as Promise<never>;
  const { results, stoppedBy } = await start({ act, slots }).run;
  expect([results, stoppedBy]).toEqual([[], new Error("canceled")]);
});

test("stops at the first item if its error concerns every item", async () => {
  const started: number[] = [];
  const act = async (item: number): Promise<number> => {
    started.push(item);
    throw new Error("no role");
  };
  expect(await start({ act }).run).toMatchObject({ results: [], unstarted: 39, stoppedBy: new Error("no role") });
  expect(started).toEqual([0]);
});

test("lets the items under way end after an error, and starts no further one", async () => {
  const act = async (item: number): Promise<number> => {
    await Promise.resolve();
    if (item === 3) throw new Error("no role");
    return item;
  };
  const { results, unstarted, stoppedBy } = await start({ act }).run;
  expect(stoppedBy).toEqual(new Error("no role"));
  expect(results.slice(0, 4)).toEqual([0, 1, 2, 4]);
  expect(results.length + unstarted).toBe(39);
  await expect(
    runAll(start().world, { items: numbers, what: "", act }, { signal: new AbortController().signal }),
  ).rejects.toThrow("no role");
});

test("stops with the error of the first item in order if two items fail together", async () => {
  const act = async (item: number): Promise<number> => {
    for (let turns = 0; turns < 10 - item; turns += 1) await Promise.resolve();
    if (item > 0) throw new Error(`no role for ${item}`);
    return item;
  };
  expect(await start({ act }).run).toMatchObject({ results: [0], stoppedBy: new Error("no role for 1") });
});

test("starts no further item after a cancellation", async () => {
  const stop = new AbortController();
  const each = (result: number): void => {
    if (result === 0) stop.abort();
  };
  expect(await start({ each }, stop.signal).run).toMatchObject({
    results: [0],
    unstarted: 39,
    stoppedBy: { code: "UKO_CANCELED" },
  });
});

test("counts with the rate and the time left, and says nothing about one item", async () => {
  const { run, lines } = start();
  await run;
  expect(lines[0]).toBe("Counting: 1 of 40, 2.0 per second, 20 s left");
  expect(lines.at(-1)).toBe("Counting: 40 of 40");
  const one = start({ items: [1] });
  await one.run;
  expect(one.lines).toEqual([]);
});
