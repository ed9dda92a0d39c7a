/** The first page: it takes the code that the terminal shows. */

import { html } from "hono/html";
import { layout } from "./layout.ts";
import type { Entrance } from "./login.ts";
import type { Html } from "./shown.ts";

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
