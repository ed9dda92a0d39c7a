/**
 * Adds the page and the form of an act to the console. A form starts its act only if what it names is still as the page
 * showed it, and if it is filled in as the page asked. So a person approves only what they saw. An act that the person
 * has to sign is never started here.
 */

import * as z from "zod";
import { type ActForm, actPage, mistakeIn, type OpenAct } from "./act-page.ts";
import type { ActRuns } from "./act-run.ts";
import type { Requested, Site } from "./console-context.ts";
import { tableQuery } from "./parts.ts";

export interface ActSite extends Site {
  readonly runs: ActRuns;
}

/** Finds the act that the address names. Throws if the act is not open to the caller now. */
type Find = (requested: Requested) => Promise<OpenAct>;

const text = z.string().max(4_000).catch("");
const formOf = z.object({ typed: text, reason: text }) satisfies z.ZodType<ActForm>;

export function addAct(site: ActSite, path: string, find: Find): void {
  site.get(path, async (requested) => {
    const { context, visitor } = requested;
    return actPage(await find(requested), visitor, tableQuery.parse(context.req.query()));
  });
  addActPost(site, path, find);
}

export function addActPost({ post, runs }: ActSite, path: string, find: Find): void {
  post(path, (requested) =>
    runs.start(requested, async (asked) => {
      const { context, visitor } = asked;
      const sent = await context.req.parseBody();
      const form = formOf.parse(sent);
      const open = await find(asked);
      const { title, back, isOnMany, act, hidden, changed, work } = open;
      const isAsShown = Object.entries(hidden).every(([name, value]) => sent[name] === value);
      if (!isAsShown || act.isSigned === true) throw changed;
      const problem = mistakeIn(open, form);
      if (problem !== undefined) return actPage(open, visitor, tableQuery.parse(context.req.query()), problem);
      return { title, back, ...(isOnMany && { isOnMany }), work: (tools) => work(form, tools) };
    }),
  );
}
