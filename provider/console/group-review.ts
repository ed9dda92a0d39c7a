/**
 * Builds the page on which a person reviews and approves many requests of one requester for one step in one vault. The
 * console reads each key, shows the summary that `uko approve` shows, and keeps this review in memory. The form
 * contains the digest of the review. So an approval covers exactly the requests that the person saw, and none that was
 * written later.
 */

import type { Hono } from "hono";
import * as z from "zod";
import { approvalMessages, setMessages, shellWord } from "../compose/text.ts";
import type { KeyResult } from "../engine/key/many/approve-set.ts";
import type { Approvable, ReviewFile, SetReview } from "../engine/key/many/review-set.ts";
import { UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { list } from "../html/report-parts.ts";
import { capital } from "../text/printable.ts";
import { type ActProblem, actPage, mistakeIn, pointOfNoReturn } from "./act-page.ts";
import { type ActResult, type ActRuns, type ReadyAct, runAddress } from "./act-run.ts";
import { type ConsoleApp, type Env, errorPage, type Requested, takesForms } from "./console-context.ts";
import type { Visitor } from "./layout.ts";
import { linkedTable, sayKeys, type TableQuery } from "./parts.ts";
import { type Group, groupsOf } from "./waiting-page.ts";

const text = z.string().max(1_000).catch("");
const approvalForm = z.object({ review: text, typed: text, requestsNext: text });
const approveAddress = "/requests/approve";
const back = html`<a href="/waiting">Waiting for you</a>`;

interface Reviewed {
  /** The step and the number of keys, as the button has them. */
  readonly title: string;
  readonly file: ReviewFile;
  readonly phrase: string;
  readonly offersNext: boolean;
  /** Whether this machine demands signatures, which a browser cannot make. */
  readonly isSigned: boolean;
  readonly page: (visitor: Visitor, query: TableQuery, problem?: ActProblem) => Html;
}

export function addGroupPages(app: Hono<Env>, console: ConsoleApp, runs: ActRuns): void {
  const { operations } = console.run;
  /** The review that the last act showed, for the session that requested it. */
  let reviewed: (Reviewed & { readonly sessionId: string }) | undefined;

  const review = ({ context }: Requested, address = context.req.path): ReadyAct => ({
    title: "Review",
    back,
    work: async ({ progress, signal }) => {
      const { pending } = await operations.pending([decodeURIComponent(address.split("/")[2] ?? "")], { signal });
      const group = groupsOf(pending).find((each) => each.act === "approve" && each.address === address);
      if (group === undefined) throw changed("These requests are no longer waiting for you");
      progress.report(`Reading ${sayKeys(group.keys.length, group.vaultId)}`);
      const refs = group.keys.map(({ report: { instanceId, vaultId, keyId } }) => ({ instanceId, vaultId, keyId }));
      const approvable = await operations.approvable({ refs, stores: false }, { signal });
      const found = await reviewedOf(console, group, approvable);
      reviewed = found && { ...found, sessionId: context.get("session").id };
      const { page } = found ?? {};
      const nothing = list(approvalMessages.explainApart(approvable.apart));
      return { title: "No key can be approved now", body: () => nothing, ...(page && { page }) };
    },
  });

  /** Approves by the review, which counts only once. After an approval, the person reviews the remaining keys. */
  const approve = async ({ context, visitor }: Requested): Promise<ReadyAct | Response> => {
    const form = approvalForm.parse(await context.req.parseBody());
    const shown = reviewed;
    const isOpen = shown?.sessionId === context.get("session").id && shown.file.digest === form.review;
    if (!isOpen || shown.isSigned) {
      return context.html(errorPage(changed("This review is no longer open"), visitor), 409);
    }
    const problem = mistakeIn(["phrase"], { ...form, reason: "" }, shown.phrase);
    if (problem !== undefined) return context.html(shown.page(visitor, { page: 1, contains: "" }, problem), 422);
    reviewed = undefined;
    const { file } = shown;
    const how = { stores: false, requestsNext: shown.offersNext && form.requestsNext !== "" };
    return {
      title: shown.title,
      back,
      isOnMany: true,
      async work({ signal, progress }): Promise<ActResult> {
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
        const unread = file.review.lines.size - results.length;
        const left = [
          ...setMessages.leftLines(results),
          ...(unread === 0 ? [] : [`  ${sayKeys(unread)} not started.`]),
        ];
        const body = html`<p class="lead" role="status">${left.length === 0 ? "Every key was approved." : "Some keys were left as they are:"}</p>
${list(left)}
<p class="lines">${rest.join("\n")}</p>`;
        return { title: capital(summary), body: () => body };
      },
    };
  };

  app.post(
    approveAddress,
    takesForms(console, (requested) => runs.start(requested, () => approve(requested))),
  );
  app.post(
    "/requests/:vaultId/:state/:requester",
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
async function reviewedOf(
  console: ConsoleApp,
  group: Group,
  { sets, apart }: Approvable,
): Promise<Reviewed | undefined> {
  const vaults = await console.run.directory.vaultNames({ signal: console.signal });
  const [set] = sets;
  if (set?.file === undefined) return undefined;
  const { keys, file } = set;
  const { step } = file.review.header;
  const { requestedBy = "" } = group.keys[0]?.report.deletion ?? {};
  const acts = group.keys.flatMap((key) => key.acts.filter(({ id }) => id === "approve"));
  const isSigned = acts.some((act) => act.isSigned === true);
  const offersNext = acts.every(({ fields }) => fields?.includes("requestsNext") === true);
  const phrase = setMessages.approvalPhrase(file.review.header, keys.length, false);
  const title = `${capital(step)} ${sayKeys(keys.length)}`;
  const act = {
    title,
    facts: [setMessages.reviewTitle(keys, file.review)],
    command: `uko approve --vault ${group.vaultId} --step ${step} --requested-by ${shellWord(requestedBy)}`,
    isConsequential: true,
    ...(isSigned && { isSigned }),
  } as const;
  const facts = [...setMessages.whoRequested(keys), ...approvalMessages.summarize(keys, vaults)];
  return {
    title,
    file,
    phrase,
    offersNext,
    isSigned,
    page: (visitor, query, problem) =>
      actPage(
        act,
        {
          request: facts,
          subject: apart.length === 0 ? html`` : list(approvalMessages.explainApart(apart)),
          address: approveAddress,
          hidden: { review: file.digest },
          toType: phrase,
          fields: offersNext ? ["phrase", "requestsNext"] : ["phrase"],
          final: step === "destroy" ? pointOfNoReturn : undefined,
          list: html`<h2>Keys</h2>${keyTable(set, vaults, query)}`,
          back,
        },
        visitor,
        problem,
      ),
  };
}

function keyTable({ keys }: SetReview, vaults: ReadonlyMap<string, string>, query: TableQuery): Html {
  const { heads, rows } = approvalMessages.listKeys(keys, vaults);
  const linked = rows.map((row, at) => {
    const { vaultId, keyId } = keys[at]?.line ?? { vaultId: "", keyId: "" };
    const cells = Object.fromEntries(row.map((cell, column) => [(heads[column] ?? "").toLowerCase(), cell]));
    return { link: `/keys/${vaultId}/${keyId}`, cells };
  });
  return linkedTable({ rows: linked, name: "keys in your review" }, query, runAddress);
}
