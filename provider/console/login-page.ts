/** The first page, which takes the code that the terminal shows, and the page about the caller. */

import { sayLogin } from "../compose-text.ts";
import type { Caller, ListRight } from "../engine/commands/whoami.ts";
import { layout, type Visitor } from "./layout.ts";
import type { Entrance } from "./login.ts";
import { type Html, html } from "./parts.ts";

export function loginPage(entrance?: Exclude<Entrance, { kind: "open" }>): Html {
  const problem = entrance === undefined ? undefined : sayProblem(entrance);
  const described = problem === undefined ? "code-help" : "code-help problem";
  const body = html`<h1>Log in</h1>
${problem === undefined ? "" : html`<p class="problem" id="problem" role="alert">${problem}</p>`}
<form method="post" action="/login" class="stack">
<label for="code">Code</label>
<p class="quiet" id="code-help">The terminal in which you started <code>uko console</code> shows the code.</p>
<input id="code" name="code" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false"
 aria-describedby="${described}">
<button>Log in</button>
</form>`;
  return layout({ title: "Log in", body });
}

function sayProblem(entrance: Exclude<Entrance, { kind: "open" }>): string {
  switch (entrance.kind) {
    case "wrong":
      return `The code is wrong. Tries left: ${entrance.triesLeft}.`;
    case "occupied":
      return "Another browser is logged in to this console. Log out there, or start another console.";
    case "locked":
      return "The code was wrong too often, so this console has stopped. Start it again.";
  }
}

export interface Who {
  readonly caller: Caller;
  readonly says: readonly string[];
  readonly minutesLeft: number;
}

export function whoPage({ caller, says, minutesLeft }: Who, visitor: Visitor): Html {
  const body = html`<h1>Who am I</h1>
${says.map((sentence) => html`<p class="lead">${sentence}</p>`)}
<dl>
<dt>Instance</dt><dd><code>${caller.instanceId}</code></dd>
${caller.iamId === undefined ? "" : html`<dt>IAM ID</dt><dd><code>${caller.iamId}</code></dd>`}
${caller.writesAs === undefined ? "" : html`<dt>Writes as</dt><dd><code>${caller.writesAs}</code></dd>`}
${caller.accountId === undefined ? "" : html`<dt>Account</dt><dd><code>${caller.accountId}</code></dd>`}
<dt>Requests</dt><dd>${caller.mayRequest ? "you count as a person who can request and approve" : "this identity cannot request or approve"}</dd>
<dt>Credential</dt><dd>${sayLogin(caller)}</dd>
<dt>This browser</dt><dd>session ends after 15 min without activity, and in ${minutesLeft} min at the latest</dd>
</dl>
<h2>What you can list</h2>
<table><thead><tr><th scope="col">List</th><th scope="col">Result</th></tr></thead>
<tbody>${caller.lists.map(row)}</tbody></table>`;
  return layout({ title: "Who am I", body, visitor });
}

function row({ what, result, count }: ListRight): Html {
  const level = { listed: "ok", right_missing: "fail", unknown: "warn" }[result];
  const says = { listed: `${count}`, right_missing: "no right", unknown: "unknown" }[result];
  return html`<tr><th scope="row">${what}</th><td><span class="level ${level}">${says}</span></td></tr>`;
}
