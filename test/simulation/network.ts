/**
 * The network between the runs of one process and the emulator. It counts the calls of each run, and ends a run at any call as
 * `kill -9` does: the killed run gets no answer any more and its calls reach nothing, so that it never goes on. It also makes a
 * call take long, and lets answers carry the date of last week.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { Agent, type Dispatcher } from "undici";
import type { Fault } from "./story.ts";

interface Watched {
  calls: number;
  isDead: boolean;
  readonly fault: Fault | undefined;
  readonly end: () => void;
  /** Moves the clock of the service while a call is on its way. */
  readonly jump: () => void;
  /** Lets a colleague hold the key before the call goes on. */
  readonly hold: () => Promise<void>;
  /** Where the emulator is, and every other place to which the run sent anything. */
  readonly home: string;
  readonly elsewhere: Set<string>;
}

const runs = new AsyncLocalStorage<Watched>();
const send = Agent.prototype.dispatch;

/** Takes the place of undici's own for the whole process; what it returns gives that back. */
export function joinNetwork(): () => void {
  Agent.prototype.dispatch = function dispatch(this: Agent, options, handler) {
    const run = runs.getStore();
    if (run === undefined) return send.call(this, options, handler);
    if (run.isDead) return true;
    const origin = String(options.origin);
    if (origin !== run.home) run.elsewhere.add(new URL(origin).host);
    if (!options.path.startsWith("/api/")) return send.call(this, options, handler);
    run.calls += 1;
    const kind = run.calls < (run.fault?.call ?? Infinity) ? undefined : run.fault?.kind;
    if (kind === "an old date") return send.call(this, options, withOldDate(handler));
    if (run.calls !== run.fault?.call) return send.call(this, options, handler);
    if (kind === "a jump of the clock") run.jump();
    if (kind === "a hold in the same second") {
      void runs.exit(run.hold).then(() => send.call(this, options, handler));
      return true;
    }
    if (kind !== "killed before" && kind !== "killed after") return send.call(this, options, handler);
    run.isDead = true;
    if (kind === "killed after") return send.call(this, options, deafTo(run.end));
    run.end();
    return true;
  };
  return () => {
    Agent.prototype.dispatch = send;
  };
}

/** Runs the work as a process of its own on this network. */
export function runOnNetwork<Result>(
  home: string,
  { fault, jump, hold }: Pick<Watched, "fault" | "jump" | "hold">,
  work: () => Promise<Result>,
): { readonly result: Promise<Result>; readonly killed: Promise<void>; readonly elsewhere: ReadonlySet<string> } {
  const { promise: killed, resolve: end } = Promise.withResolvers<void>();
  const elsewhere = new Set<string>();
  const watched: Watched = { calls: 0, isDead: false, fault, end, jump, hold, home, elsewhere };
  return { result: runs.run(watched, work), killed, elsewhere };
}

const weekMs = 7 * 24 * 3_600_000;

/** From this call on, the answers of the run carry a date of last week, so that what has expired looks fresh. */
function withOldDate(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (...start) => handler.onRequestStart?.(...start),
    onResponseStart(controller, status, headers, text) {
      const dated = { ...headers, date: new Date(Date.parse(String(headers.date)) - weekMs).toUTCString() };
      handler.onResponseStart?.(controller, status, dated, text);
    },
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (...error) => handler.onResponseError?.(...error),
  };
}

/** Lets the call take its effect, and hears no answer. */
function deafTo(end: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart() {},
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd: end,
    onResponseError: end,
  };
}
