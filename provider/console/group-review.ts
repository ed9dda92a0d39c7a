/**
 * Opens one act on many keys in one vault, after a summary like that of `uko approve`. The form contains the digest of
 * the review, so an approval covers no request that was written later.
 */

import { approvalMessages, classWords, setMessages, shellWord } from "../compose/text.ts";
import type { KeyResult } from "../engine/key/sets/approve-set.ts";
import type { Approvable } from "../engine/key/sets/review-set.ts";
import type { PendingKey } from "../engine/key/sets/survey.ts";
import { asUkoError, endsTheRun } from "../errors.ts";
import { html } from "../html/markup.ts";
import { list } from "../html/report-parts.ts";
import { setPhrase } from "../text/phrase.ts";
import { capital } from "../text/printable.ts";
import { actPage, type OpenAct } from "./act-page.ts";
import { type ActResult, type ReadyAct, runAddress } from "./act-run.ts";
import { type ActSite, addActPost } from "./acts.ts";
import { type ConsoleApp, outdatedPageError, type Requested } from "./console-context.ts";
import { pointOfNoReturn } from "./key-acts.ts";
import { knownCampaign, withoutLeft } from "./led-keys.ts";
import { classLinks, keyPath, keyTable, sayKeys } from "./parts.ts";
import { actsOnWaitingKeys, type Group, groupsOf } from "./waiting-page.ts";

const approveAddress = "/requests/approve";
const back = html`<a href="/waiting">Waiting for you</a>`;

export function addGroupPages(site: ActSite): void {
  const { console, get, post, runs } = site;
  const { operations } = console.run;
  /** The act that the last review opened, for the session that requested the review. The act can start only once. */
  let shown: { readonly open: OpenAct; readonly sessionId: string } | undefined;
  let lists = 0;

  const review = ({ context }: Requested): ReadyAct => ({
    title: "Review",
    back,
    work: async (tools) => {
      const { signal } = tools;
      const { path } = context.req;
      const [, , act, vaultId = ""] = path.split("/");
      const { pending } = await operations.pending([decodeURIComponent(vaultId)], { signal });
      const offered = actsOnWaitingKeys.filter((id) => id === act);
      const campaign = await knownCampaign(console);
      const found = groupsOf(pending, campaign, offered).find(({ address }) => address === path);
      if (found === undefined) throw keysChanged("These keys are no longer waiting for you");
      const { kept, left } = await withoutLeft(console, { keys: found.keys, campaign }, tools);
      const group = { ...found, keys: kept };
      let open: OpenAct | undefined;
      let apart: Approvable["apart"] = [];
      if (group.act === "approve" || group.act === "store") {
        const refs = [...group.keys, ...pending.filter(isOutdatedIn(group.vaultId))].map(
          ({ report: { instanceId, vaultId, keyId } }) => ({ instanceId, vaultId, keyId }),
        );
        const approvable = await operations.approvable({ refs, stores: group.act === "store", campaign }, tools);
        apart = approvable.apart;
        open = openReview(console, group, approvable, await console.run.directory.vaultNames({ signal }));
      } else {
        open = kept.length === 0 ? undefined : openShown(console, group, `list ${++lists}`);
      }
      if (open !== undefined) open = { ...open, request: [...left, ...(open.request ?? [])] };
      shown = open && { open, sessionId: context.get("session").id };
      return {
        title: "No key can be approved now",
        body: list([...left, ...approvalMessages.sayEachApart(apart), ...approvalMessages.explainKeysApart(apart)]),
        ...(open && { page: (visitor, query) => actPage(open, visitor, query) }),
      };
    },
  });

  post("/requests/:act/:vaultId/:state/:requester", (requested) =>
    runs.start(requested, async () => review(requested)),
  );
  addActPost(site, approveAddress, async ({ context }) => {
    if (shown?.sessionId !== context.get("session").id) throw keysChanged("This review is no longer open");
    const { open } = shown;
    const work: OpenAct["work"] = (form, tools) => {
      shown = undefined;
      return open.work(form, tools);
    };
    return { ...open, work };
  });
  // The log-in leads back to the address of a form that came after the session had expired.
  get("/requests/*", async ({ context }) => context.redirect("/waiting"));
}

/** A key whose request no longer counts stands apart in the review, where it would otherwise be missing without a word. */
const isOutdatedIn =
  (vaultId: string) =>
  ({ report }: PendingKey): boolean =>
    report.vaultId === vaultId && report.deletion.voidBecause !== undefined;

const keysChanged = (summary: string) =>
  outdatedPageError(summary, ["Open the page Waiting for you, and review the requests again."]);

/** What both kinds of acts on a group share. */
const shared = {
  address: approveAddress,
  changed: keysChanged("This review is no longer open"),
  isOnMany: true,
  leave: back,
  back,
} as const;

/** The approval of one review. Undefined if no key of the group can be approved now. */
function openReview(
  { run: { operations } }: ConsoleApp,
  group: Group,
  { sets: [set], apart }: Approvable,
  vaults: ReadonlyMap<string, string>,
): OpenAct | undefined {
  if (set?.file === undefined) return undefined;
  const { keys, file } = set;
  const { step } = file.review.header;
  const { requestedBy = "" } = group.keys[0]?.report.deletion ?? {};
  const acts = group.keys.flatMap((key) => key.acts.filter(({ id }) => id === group.act));
  const stores = group.act === "store";
  const title = stores ? `Store your approval for ${sayKeys(keys.length)}` : `${capital(step)} ${sayKeys(keys.length)}`;
  const effect = setMessages.reviewTitle(keys, file.review);
  const facts = stores ? [acts[0]?.facts[0] ?? "", effect] : [effect];
  const command = `uko approve --vault ${group.vaultId} --step ${step} --requested-by ${shellWord(requestedBy)}${stores ? " --store" : ""}`;
  const isSigned = acts.some((act) => act.isSigned === true) && ({ isSigned: true } as const);
  const { heads, rows } = approvalMessages.listKeys(keys, vaults);
  const names = keys.map(({ line }) => keyPath(line));
  const unusual = classWords(keys);
  const columns = [...heads.map((head) => head.toLowerCase()), "unusual"];
  const table = {
    ...{ columns, names, name: "keys in your review" },
    rows: rows.map((row, at) => [...row, unusual.rows[at] ?? ""]),
  };
  return {
    ...shared,
    act: { title, facts, fields: ["phrase"], command, isConsequential: true, ...isSigned },
    title,
    request: [
      ...setMessages.whoRequested(keys),
      ...approvalMessages.sayCounts(keys, vaults),
      ...approvalMessages.sayExceptions(keys),
      ...approvalMessages.sayEachApart(apart),
    ],
    subject: html``,
    checks: [...approvalMessages.sayClasses(keys), ...approvalMessages.explainKeysApart(apart)],
    hidden: { review: file.digest },
    toType: setPhrase(stores ? "store" : step, keys.length, file.review.header.exceptions),
    final: step === "destroy" && !stores ? pointOfNoReturn : undefined,
    list: (query) => html`<h2 id="keys">Keys</h2>
${classLinks(unusual.counts, runAddress)}
${keyTable(table, query, runAddress)}`,
    async work(_form, tools) {
      const results: KeyResult[] = [];
      const each = (result: KeyResult): void => void results.push(result);
      const stoppedBy = await operations.approve(file.review, { stores, each }, tools).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const named = new Map(keys.map(({ line, name }) => [keyPath(line), name]));
      const summary = setMessages.summarizeApproval(results, file.review.header, { stores, names: named });
      return resultOn(summary, results, { unstarted: keys.length - results.length, stoppedBy });
    },
  };
}

/** An act that needs no approval of the caller: a step that another person approved, or the removal. */
function openShown({ run }: ConsoleApp, { act: id, step, vaultId, keys }: Group, digest: string): OpenAct {
  const isRemoval = id === "remove";
  const verb = isRemoval ? "remove" : step;
  const title = `${capital(verb)} ${sayKeys(keys.length)}`;
  const factsOf = ({ acts }: PendingKey): readonly string[] => acts.find((each) => each.id === id)?.facts ?? [];
  const facts = keys.slice(0, 1).flatMap(factsOf);
  const command = isRemoval ? `uko continue --vault ${vaultId} --step remove` : "uko continue KEY...";
  const rows = keys.map((key) => [key.report.label ?? "", isRemoval ? "" : factsOf(key).slice(2).join(" ")]);
  const names = keys.map(({ report }) => keyPath(report));
  const table = { columns: ["label", "approval"], rows, names, name: "keys of this act" };
  return {
    ...shared,
    act: { title, facts, fields: ["phrase"], command, isConsequential: true },
    title,
    request: isRemoval ? facts.slice(2) : [],
    subject: html``,
    hidden: { review: digest },
    toType: setPhrase(verb, keys.length),
    typed: "the act and the number of keys",
    final: isRemoval ? "Erases the keys" : step === "destroy" ? pointOfNoReturn : undefined,
    list: (query) => html`<h2>Keys</h2>${keyTable(table, query, runAddress)}`,
    async work(_form, { signal, progress }) {
      const act = async ({ report }: PendingKey): Promise<KeyResult> => {
        const { instanceId, vaultId, keyId, label = "", deletion } = report;
        const about = { ref: { instanceId, vaultId, keyId }, label };
        try {
          const taken = isRemoval
            ? await run.operations.remove(about.ref, { signal })
            : await run.operations.takeApproved(about.ref, deletion.recordId ?? "", { signal });
          return { kind: "reported", ...about, report: taken };
        } catch (thrown) {
          const error = asUkoError(thrown);
          if (endsTheRun.has(error.code)) throw error;
          return { kind: "failed", ...about, error };
        }
      };
      const { results, ...end } = await run.many({ items: keys, what: "Keys", act }, { signal, progress });
      const summary = isRemoval
        ? [`${sayKeys(results.filter(setMessages.isDone).length)} removed`]
        : setMessages.summarizeApproval(results, { step }, { stores: false });
      return resultOn(summary, results, end);
    },
  };
}

/** After a stop, the page still shows what was done. If nothing was, throws what stopped the act. */
function resultOn(
  [summary = "", ...rest]: readonly string[],
  results: readonly KeyResult[],
  { unstarted, stoppedBy }: { readonly unstarted: number; readonly stoppedBy?: unknown },
): ActResult {
  if (stoppedBy !== undefined && results.length === 0) throw stoppedBy;
  const left = setMessages.linesOfSkippedKeys(results);
  const lines = [...left, ...(unstarted === 0 ? [] : [`  ${sayKeys(unstarted)} not started.`])];
  const body = html`<p class="lead" role="status">${lines.length === 0 ? "The act was taken on every key." : "Some keys were left as they are:"}</p>
${list(lines)}
<p class="lines">${rest.join("\n")}</p>`;
  return { title: capital(summary), body };
}
