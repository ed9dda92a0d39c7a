/**
 * Builds the page of one act on many keys in one vault. For the requests of one person, the console reads each key,
 * shows the summary that `uko approve` shows, and keeps this review in memory. The form contains the digest of the
 * review. So an approval covers exactly the requests that the person saw, and none that was written later. Steps that
 * another person approved, and removals, have such a page, too: the act covers exactly the shown keys and approvals.
 */

import type { Hono } from "hono";
import * as z from "zod";
import { approvalMessages, setMessages, shellWord } from "../compose/text.ts";
import type { KeyResult } from "../engine/key/many/approve-set.ts";
import type { Approvable, SetReview } from "../engine/key/many/review-set.ts";
import type { PendingKey } from "../engine/key/many/survey.ts";
import { asUkoError, endsTheRun, UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { list } from "../html/report-parts.ts";
import { capital } from "../text/printable.ts";
import { type ActProblem, actPage, mistakeIn, pointOfNoReturn } from "./act-page.ts";
import { type ActResult, type ActRuns, type ReadyAct, runAddress, type Tools } from "./act-run.ts";
import { type ConsoleApp, type Env, errorPage, type Requested, takesForms } from "./console-context.ts";
import type { Visitor } from "./layout.ts";
import { keyTable, sayKeys, type TableQuery } from "./parts.ts";
import { actsOnWaitingKeys, type Group, groupsOf } from "./waiting-page.ts";

const text = z.string().max(1_000).catch("");
const approvalForm = z.object({ review: text, typed: text, requestsNext: text });
const approveAddress = "/requests/approve";
const back = html`<a href="/waiting">Waiting for you</a>`;

interface Shown {
  /** The step and the number of keys, as the button has them. */
  readonly title: string;
  /** Names exactly what was shown. */
  readonly digest: string;
  readonly phrase: string;
  /** Whether this machine demands signatures, which a browser cannot make. */
  readonly isSigned: boolean;
  readonly page: (visitor: Visitor, query: TableQuery, problem?: ActProblem) => Html;
  readonly take: (form: z.output<typeof approvalForm>, tools: Tools) => Promise<ActResult>;
}

export function addGroupPages(app: Hono<Env>, console: ConsoleApp, runs: ActRuns): void {
  const { operations } = console.run;
  /** What the last act showed, for the session that requested it. */
  let shown: (Shown & { readonly sessionId: string }) | undefined;
  let lists = 0;

  const review = ({ context }: Requested, address = context.req.path): ReadyAct => ({
    title: "Review",
    back,
    work: async ({ progress, signal }) => {
      const act = address.split("/")[2];
      const { pending } = await operations.pending([decodeURIComponent(address.split("/")[3] ?? "")], { signal });
      const group = groupsOf(
        pending,
        actsOnWaitingKeys.filter((id) => id === act),
      ).find((each) => each.address === address);
      if (group === undefined) throw changed("These keys are no longer waiting for you");
      if (group.act !== "approve" && group.act !== "store") {
        const { page, ...found } = carriedOut(console, group, `list ${++lists}`);
        shown = { ...found, page, sessionId: context.get("session").id };
        return { title: found.title, body: () => html``, page };
      }
      progress.report(`Reading ${sayKeys(group.keys.length, group.vaultId)}`);
      const refs = group.keys.map(({ report: { instanceId, vaultId, keyId } }) => ({ instanceId, vaultId, keyId }));
      const approvable = await operations.approvable({ refs, stores: group.act === "store" }, { signal });
      const found = await reviewedOf(console, group, approvable);
      shown = found && { ...found, sessionId: context.get("session").id };
      const { page } = found ?? {};
      const nothing = list(approvalMessages.explainApart(approvable.apart));
      return { title: "No key can be approved now", body: () => nothing, ...(page && { page }) };
    },
  });

  /** Acts on the shown keys, which counts only once. Afterwards, the person reviews the remaining keys. */
  const approve = async ({ context, visitor }: Requested): Promise<ReadyAct | Response> => {
    const form = approvalForm.parse(await context.req.parseBody());
    const now = shown;
    const isOpen = now?.sessionId === context.get("session").id && now.digest === form.review;
    if (!isOpen || now.isSigned) {
      return context.html(errorPage(changed("This review is no longer open"), visitor), 409);
    }
    const problem = mistakeIn(["phrase"], { ...form, reason: "" }, now.phrase);
    if (problem !== undefined) return context.html(now.page(visitor, { page: 1, contains: "" }, problem), 422);
    shown = undefined;
    return { title: now.title, back, isOnMany: true, work: (tools) => now.take(form, tools) };
  };

  app.post(
    approveAddress,
    takesForms(console, (requested) => runs.start(requested, () => approve(requested))),
  );
  app.post(
    "/requests/:act/:vaultId/:state/:requester",
    takesForms(console, (requested) => runs.start(requested, async () => review(requested))),
  );
  // The log-in leads back to the address of a form that came after the session had expired.
  app.get("/requests/*", (context) => context.redirect("/waiting"));
}

function changed(summary: string): UkoError {
  const detail = "This console did nothing. Open the page Waiting for you, and review the requests again.";
  return new UkoError("UKO_REVIEW_OUTDATED", { summary, detail });
}

/** Undefined if no key of the group can be approved now. */
async function reviewedOf(console: ConsoleApp, group: Group, { sets, apart }: Approvable): Promise<Shown | undefined> {
  const { operations, directory } = console.run;
  const vaults = await directory.vaultNames({ signal: console.signal });
  const [set] = sets;
  if (set?.file === undefined) return undefined;
  const { keys, file } = set;
  const { step } = file.review.header;
  const { requestedBy = "" } = group.keys[0]?.report.deletion ?? {};
  const acts = group.keys.flatMap((key) => key.acts.filter(({ id }) => id === group.act));
  const stores = group.act === "store";
  const offersNext = acts.every(({ fields }) => fields?.includes("requestsNext") === true);
  const phrase = setMessages.approvalPhrase(file.review.header, keys.length, stores);
  const title = stores ? `Store your approval for ${sayKeys(keys.length)}` : `${capital(step)} ${sayKeys(keys.length)}`;
  const effect = setMessages.reviewTitle(keys, file.review);
  const act = {
    title,
    facts: stores ? [acts[0]?.facts[0] ?? "", effect] : [effect],
    command: `uko approve --vault ${group.vaultId} --step ${step} --requested-by ${shellWord(requestedBy)}${stores ? " --store" : ""}`,
    isConsequential: true as const,
    ...(acts.some(({ isSigned }) => isSigned === true) && { isSigned: true as const }),
  };
  const about = {
    request: [...setMessages.whoRequested(keys), ...approvalMessages.summarize(keys, vaults)],
    subject: apart.length === 0 ? html`` : list(approvalMessages.explainApart(apart)),
    hidden: { review: file.digest },
    toType: phrase,
    fields: offersNext ? (["phrase", "requestsNext"] as const) : (["phrase"] as const),
    final: step === "destroy" && !stores ? pointOfNoReturn : undefined,
    ...shared,
  } as const;
  const take: Shown["take"] = async ({ requestsNext }, { signal, progress }) => {
    const how = { stores, requestsNext: offersNext && requestsNext !== "" };
    const results: KeyResult[] = [];
    const each = (result: KeyResult): void => {
      results.push(result);
      progress.report(`${results.length} of ${sayKeys(file.review.lines.size)}`);
    };
    const stopped = await operations.approve(file.review, { ...how, each }, { signal }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    // After a stop, the page must still show what was done.
    if (stopped !== undefined && results.length === 0) throw stopped;
    const [summary = "", ...rest] = setMessages.summarizeApproval(results, file.review.header, how);
    return resultOn({ summary, rest, left: setMessages.leftLines(results), unstarted: keys.length - results.length });
  };
  const listed = (query: TableQuery): Html => html`<h2>Keys</h2>${listOf(set, vaults, query)}`;
  return {
    ...{ title, digest: file.digest, phrase, isSigned: act.isSigned === true, take },
    page: (visitor, query, problem) => actPage(act, { ...about, list: listed(query) }, visitor, problem),
  };
}

const shared = { address: approveAddress, back } as const;

/** An act that needs no approval of the caller: a step that another person approved, or the removal. */
function carriedOut({ run }: ConsoleApp, { act: id, step, vaultId, keys }: Group, digest: string): Shown {
  const isRemoval = id === "remove";
  const verb = isRemoval ? "remove" : step;
  const title = `${capital(verb)} ${sayKeys(keys.length)}`;
  const phrase = `${verb} ${keys.length}`;
  const factsOf = ({ acts }: PendingKey): readonly string[] => acts.find((each) => each.id === id)?.facts ?? [];
  const facts = keys.slice(0, 1).flatMap(factsOf);
  const command = isRemoval ? `uko sweep --vault ${vaultId}` : "uko continue KEY...";
  const rows = keys.map((key) => [key.report.label ?? "", isRemoval ? "" : factsOf(key).slice(2).join(" ")]);
  const names = keys.map(({ report }) => `${report.vaultId}/${report.keyId}`);
  const table = { columns: ["label", "approval"], rows, names, name: "keys of this act" };
  const about = {
    request: isRemoval ? facts.slice(2) : [],
    subject: html``,
    hidden: { review: digest },
    toType: phrase,
    typed: "the act and the number of keys",
    fields: ["phrase"],
    final: isRemoval ? "Erases the keys" : step === "destroy" ? pointOfNoReturn : undefined,
    ...shared,
  } as const;
  const listed = (query: TableQuery): Html => html`<h2>Keys</h2>${keyTable(table, query, runAddress)}`;
  return {
    ...{ title, digest, phrase, isSigned: false },
    page: (visitor, query, problem) =>
      actPage({ title, facts, command, isConsequential: true }, { ...about, list: listed(query) }, visitor, problem),
    async take(_form, { signal, progress }) {
      const act = async ({
        report: { instanceId, vaultId, keyId, label = "", ...shown },
      }: PendingKey): Promise<KeyResult> => {
        const ref = { instanceId, vaultId, keyId };
        const work = isRemoval
          ? run.operations.sweep(ref, { signal })
          : run.operations.takeApproved(ref, shown.deletion.recordId ?? "", { signal });
        return work.then(
          (report) => ({ kind: "reported", ref, label, report }),
          (thrown: unknown) => {
            const error = asUkoError(thrown);
            if (endsTheRun.has(error.code)) throw error;
            return { kind: "failed", ref, label, error };
          },
        );
      };
      let done = 0;
      const each = (): void => progress.report(`${++done} of ${sayKeys(keys.length)}`);
      const { results, unstarted, stoppedBy } = await run.many({ items: keys, what: title, act, each }, { signal });
      if (stoppedBy !== undefined && results.length === 0) throw stoppedBy;
      const summary = `${sayKeys(results.filter(setMessages.isDone).length)} ${doneVerbs[verb]}`;
      return resultOn({ summary, rest: [], left: setMessages.leftLines(results), unstarted });
    },
  };
}

const doneVerbs: Readonly<Record<string, string>> = {
  deactivate: "deactivated",
  destroy: "destroyed",
  remove: "removed",
};

function resultOn({
  summary,
  rest,
  left,
  unstarted,
}: {
  readonly summary: string;
  readonly rest: readonly string[];
  readonly left: readonly string[];
  readonly unstarted: number;
}): ActResult {
  const lines = [...left, ...(unstarted === 0 ? [] : [`  ${sayKeys(unstarted)} not started.`])];
  const body = html`<p class="lead" role="status">${lines.length === 0 ? "The act was taken on every key." : "Some keys were left as they are:"}</p>
${list(lines)}
<p class="lines">${rest.join("\n")}</p>`;
  return { title: capital(summary), body: () => body };
}

function listOf({ keys }: SetReview, vaults: ReadonlyMap<string, string>, query: TableQuery): Html {
  const { heads, rows } = approvalMessages.listKeys(keys, vaults);
  const columns = heads.map((head) => head.toLowerCase());
  const names = keys.map(({ line: { vaultId, keyId } }) => `${vaultId}/${keyId}`);
  return keyTable({ columns, rows, names, name: "keys in your review" }, query, runAddress);
}
