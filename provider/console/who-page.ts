/** The page "Who am I": the identity, what it can list, and the end of the log-in. */

import { html } from "hono/html";
import { sayLogin } from "../compose-text.ts";
import type { Caller, ListRight } from "../engine/commands/whoami.ts";
import { layout, type Visitor } from "./layout.ts";
import type { Html } from "./shown.ts";

export interface Who {
  readonly caller: Caller;
  /** The sentences about the identity. */
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
<dt>This browser</dt><dd>log-in ends after 15 min without activity, and in ${minutesLeft} min at the latest</dd>
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
