/**
 * Runs the live tests of IBM's Node client, whose functions end by `done` and by a promise. No Jest
 * from 27 on and no Vitest runs such functions.
 */

import { createRequire } from "node:module";
import type { ExpectStatic } from "vitest";

type Step = (done: (error?: unknown) => void) => unknown;

export interface LiveRun {
  readonly source: string;
  readonly expect: ExpectStatic;
  /** What the tests import that is not the client. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Waits in emulated time. */
  wait(ms: number): Promise<unknown>;
}

/** The names of the tests that passed, and what went wrong in the others. */
export async function runLiveTests({ source, expect, modules, wait }: LiveRun) {
  const load = createRequire(import.meta.url);
  const client = "@ibm-cloud/ibm-key-protect";
  const tests: (readonly [name: string, step: Step])[] = [];
  const before: Step[] = [];
  const globals = {
    require: (name: string) =>
      modules[name] ?? load(`${name.replace("../../dist", client).replace(/auth$/, "auth/index")}.js`),
    it: (name: string, step: Step) => tests.push([name, step]),
    beforeAll: (step: Step) => before.push(step),
    // It calls a method that IBM's tests have on another object, and fails on the service, too.
    afterAll: () => {},
    expect,
    jest: { setTimeout: () => {} },
    setTimeout: (resolve: () => void, ms: number) => void wait(ms).then(resolve),
  };
  new Function(...Object.keys(globals), source)(...Object.values(globals));
  for (const step of before) await finished(step);
  const passed: string[] = [];
  const errors: string[] = [];
  for (const [name, step] of tests) {
    await finished(step).then(
      () => passed.push(name),
      (error: Error) => errors.push(`${name}: ${error.message}`),
    );
  }
  return { passed, errors };
}

/** Fails with the first error: what `done` receives comes before what follows from it. */
async function finished(step: Step): Promise<void> {
  let failure: unknown;
  const done = (error?: unknown): void => {
    failure ??= error;
  };
  try {
    await step(done);
  } catch (error) {
    done(error);
  }
  if (failure !== undefined) throw failure;
}
