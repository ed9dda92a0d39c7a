/**
 * Runs the acts of a console one at a time. A POST starts the act and leads the browser to a page with its progress and
 * result, so a reload repeats nothing. The act continues if the browser leaves, and a person can stop an act on many
 * keys between two of them.
 */

import type { Progress } from "../engine/ports/world.ts";
import { asUkoError, UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { endsWithin, errorPage, type Requested, type Site } from "./console-context.ts";
import { type Page, token, type Visitor } from "./layout.ts";
import { errorPart, type TableQuery, tableQuery } from "./parts.ts";

export const runAddress = "/run";

/** How long a request waits for the act. A fast act ends within this time, so the browser opens its result directly. */
const quickMs = 1_500;

export interface Tools {
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface ActResult {
  readonly title: string;
  readonly body: Html;
  /** A page of its own, on which the person decides about what the act read. */
  readonly page?: (visitor: Visitor, query: TableQuery) => Page;
}

/** An act whose form was correct. */
export interface ReadyAct {
  readonly title: string;
  /** The link that leads to what the act was about: the key, the wave, or a list. */
  readonly back: Html;
  /** An act on many keys can stop between two of them. */
  readonly isOnMany?: true;
  readonly work: (tools: Tools) => Promise<ActResult>;
}

interface ActRun extends Omit<ReadyAct, "work"> {
  /** The address of the form that started the act. */
  readonly address: string;
  readonly state:
    | { readonly kind: "running"; readonly progress: string; readonly isStopping: boolean }
    /** Nothing was done. The page is the form again, or says what has changed. */
    | { readonly kind: "refused"; readonly page: Page }
    | { readonly kind: "done"; readonly result: ActResult }
    | { readonly kind: "failed"; readonly error: UkoError };
}

export type ActRuns = ReturnType<typeof createActRuns>;

export function createActRuns(signal: AbortSignal) {
  let run: ActRun | undefined;
  let stopped = new AbortController();
  return {
    current: (): ActRun | undefined => run,
    /** Starts what `prepare` returns, unless it returns a page, or another act is in progress. */
    async start(
      requested: Requested,
      prepare: (requested: Requested) => Promise<ReadyAct | Page>,
    ): Promise<Page | Response> {
      const { context, visitor } = requested;
      const address = context.req.path;
      if (run?.state.kind === "running") {
        if (run.address === address) return context.redirect(runAddress, 303);
        return { ...errorPage(stillActing()), status: 409 };
      }
      const own = new AbortController();
      stopped = own;
      let about: Omit<ActRun, "state"> = { address, title: "Your act", back: html`<a href="${address}">Back</a>` };
      const show = (state: ActRun["state"]): void => {
        run = { ...about, state };
      };
      const report = (progress: string): void => show({ kind: "running", progress, isStopping: own.signal.aborted });
      const fail = (thrown: unknown): void => show({ kind: "failed", error: asUkoError(thrown) });
      // From now on, a second click finds this act.
      report("Reading from the service");
      const progress: Progress = { report, count: report };
      const refused = prepare({ ...requested, progress }).then(async (ready) => {
        if (!("work" in ready)) return ready;
        const { work, ...shown } = ready;
        about = { address, ...shown };
        report("Calling the service");
        const tools = { signal: AbortSignal.any([signal, own.signal]), progress };
        const ended = work(tools).then((result) => show({ kind: "done", result }), fail);
        await endsWithin(quickMs, ended);
        return undefined;
      });
      const shown = refused.catch((thrown: unknown) => errorPage(thrown, visitor.path));
      if (await endsWithin(2 * quickMs, shown)) {
        const page = await shown;
        if (page === undefined) return context.redirect(runAddress, 303);
        run = undefined;
        return page;
      }
      // If nothing was done, the page that says why replaces the progress.
      void shown.then((page) => page && show({ kind: "refused", page }));
      return context.redirect(runAddress, 303);
    },
    /** Stops an act on many keys: calls in progress end, and no other key is started. */
    stop(): void {
      if (run?.state.kind !== "running" || run.isOnMany !== true) return;
      stopped.abort();
      run = { ...run, state: { ...run.state, isStopping: true } };
    },
  };
}

function stillActing(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "This console is still working on another act of yours",
    detail: "Nothing was changed by this request. The page of the other act shows its progress.",
  });
}

export function addRunPages({ get, post }: Site, runs: ActRuns): void {
  get(runAddress, async ({ visitor, context }) =>
    runPage(runs.current(), visitor, tableQuery.parse(context.req.query())),
  );
  post(`${runAddress}/stop`, async ({ context }) => {
    runs.stop();
    return context.redirect(runAddress, 303);
  });
}

/** The page of the current act. An act in progress refreshes its page every few seconds. */
export function runPage(run: ActRun | undefined, visitor: Visitor, query: TableQuery): Page {
  if (run === undefined) {
    const body = html`<p>This console has not started an act. <a href="/waiting">Waiting for you</a></p>`;
    return { title: "No act", body };
  }
  const { title, back, state, isOnMany } = run;
  switch (state.kind) {
    case "refused":
      return state.page;
    case "running": {
      const stop = html`<form method="post" action="${runAddress}/stop">${token(visitor.csrfToken)}
<button class="plain" id="stop"${state.isStopping ? html` disabled` : ""}>Stop after the calls in progress</button></form>`;
      const body = html`<p class="lead" role="status">${state.progress}</p>
<p>You can close this page. The act goes on in the process of <code>uko console</code>, and its result stays here.</p>
${isOnMany === true ? stop : ""}
<p>${back}</p>`;
      return { title, body, refresh: { address: runAddress, refreshSeconds: 2, isProgress: true } };
    }
    case "failed":
      return { title: state.error.summary, body: html`${errorPart(state.error)}<p>${back}</p>` };
    case "done": {
      const { page, ...result } = state.result;
      if (page !== undefined) return page(visitor, query);
      const body = html`${result.body}
<p>${back}</p>`;
      return { title: result.title, body };
    }
  }
}

/** A line with a link to the current or last act, for the pages of a campaign. */
export function lastRun(run: ActRun | undefined): Html {
  if (run === undefined) return html``;
  const says = run.state.kind === "running" ? "In progress" : "Your last act";
  return html`<p class="notice">${says}: <a href="${runAddress}">${run.title}</a></p>`;
}
