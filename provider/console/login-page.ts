/**
 * Builds the log-in page, which takes the code that the terminal shows. The file also builds the page that shows who
 * the caller is and what they may list.
 */

import { sayCount, sayLogin } from "../compose/text.ts";
import type { ListRight } from "../engine/commands/doctor-messages.ts";
import type { Caller } from "../engine/commands/whoami.ts";
import { html, type Shown } from "../html/markup.ts";
import { codeOf, definitions, tableOf } from "../html/report-parts.ts";
import type { Page } from "./layout.ts";
import { problemOf } from "./parts.ts";

/** The log-in page. `to` is the path of the page that follows, and `problem` says why the last try failed. */
export function loginPage(to: string, problem?: string): Page {
  const described = problem === undefined ? "code-help" : "code-help problem";
  const body = html`${problemOf(problem)}
<form method="post" action="/login" class="stack">
<label for="code">Code</label>
<p class="quiet" id="code-help">The terminal in which you started <code>uko console</code> shows the code.</p>
<input type="hidden" name="to" value="${to}">
<input id="code" name="code" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false"
 aria-describedby="${described}">
<button>Log in</button>
</form>`;
  return { title: "Log in", body, ...(problem !== undefined && { status: 403 }) };
}

export interface Who {
  readonly caller: Caller;
  readonly says: readonly string[];
  readonly minutesLeft: number;
}

export function whoPage({ caller, says, minutesLeft }: Who): Page {
  const body = html`${says.map((sentence) => html`<p class="lead">${sentence}</p>`)}
${definitions([
  ["Instance", caller.instanceId],
  ["IAM ID", codeOf(caller.iamId)],
  ["Writes as", codeOf(caller.writesAs)],
  ["Account", codeOf(caller.accountId)],
  [
    "Requests",
    caller.mayRequest ? "you count as a person who can request and approve" : "this identity cannot request or approve",
  ],
  ["Credential", sayLogin(caller)],
  ["This browser", `session ends after 15 min without activity, and in ${minutesLeft} min at the latest`],
])}
<h2>What you can list</h2>
${tableOf({ columns: ["list", "result"], rows: caller.lists.map(rowOf) }, "what you can list")}`;
  return { title: "Who am I", body };
}

function rowOf(list: ListRight): readonly Shown[] {
  const { what, result } = list;
  const level = { listed: "ok", right_missing: "fail", unknown: "warn" }[result];
  const says = { listed: sayCount(list), right_missing: "no right", unknown: "unknown" }[result];
  return [what, html`<span class="level ${level}">${says}</span>`];
}
