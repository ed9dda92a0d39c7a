/**
 * Builds the frame of every page. A page on which a person does not decide can refresh itself. An error response then
 * replaces the content, because a page that only seems current would mislead.
 */

import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Html, html } from "../html/markup.ts";
import { pageFrame } from "../html/page.ts";

/** What one page shows in the frame. */
export interface Page {
  readonly title: string;
  /** The heading, if it has more than the title. */
  readonly heading?: Html;
  readonly body: Html;
  /** What follows the body. Each part comes as soon as it and those before it are read; one that fails says so. */
  readonly parts?: readonly Promise<Html>[];
  /** How the page refreshes itself; pages on which a person decides never do. */
  readonly refresh?: {
    readonly address: string;
    readonly refreshSeconds: number;
    /** The page follows a run, so it refreshes without JavaScript, too. */
    readonly isProgress?: true;
  };
  readonly status?: ContentfulStatusCode;
}

export interface Visitor {
  readonly caller: string;
  readonly instanceId: string;
  readonly csrfToken: string;
  /** The path of the page, to mark it in the navigation. */
  readonly path: string;
  readonly hasCampaign: boolean;
  /** IANA name of the local time zone. */
  readonly timeZone: string;
}

const htmxConfig = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0,
  includeIndicatorStyles: false,
  // An error also replaces the content, because a page that only seems current would mislead.
  responseHandling: [{ code: ".*", swap: true }],
  selfRequestsOnly: true,
});

export const refreshSeconds = 30;

/**
 * A script for the browser. When the page refreshes itself, what a person has unfolded stays open. A link keeps the
 * focus, because a person who works with the keyboard would otherwise start again at the top. If the new content lacks
 * the link, the content itself has the focus.
 */
export const keepOpen = `let [unfolded, focused] = [[], ""];
document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement.closest("main") === null ? "" : document.activeElement.outerHTML;
  unfolded = Array.from(document.querySelectorAll("details[open] > summary"), (each) => each.textContent);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const each of document.querySelectorAll("summary")) if (unfolded.includes(each.textContent)) each.parentElement.open = true;
  if (focused === "" || document.activeElement !== document.body) return;
  const same = Array.from(document.querySelectorAll("main a, summary")).find((each) => each.outerHTML === focused);
  (same ?? document.querySelector("main"))?.focus({ preventScroll: true });
});
`;

const sections = [
  ["/waiting", "Waiting for you"],
  ["/keys", "Keys"],
  ["/campaign", "Campaign"],
  ["/me", "Who am I"],
] as const;

/** Before the log-in there is no visitor, and the page has no navigation. */
export function layout({ title, heading, body, refresh }: Page, visitor?: Visitor): Html {
  const head = html`<meta name="htmx-config" content="${htmxConfig}">
<link rel="stylesheet" href="/assets/console.css">
<link rel="icon" href="/assets/icon.svg">
<script src="/assets/htmx.js" defer></script>
${refresh?.isProgress === true ? html`<noscript><meta http-equiv="refresh" content="${refresh.refreshSeconds * 2}"></noscript>` : ""}`;
  const content = html`<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="name">uko console</p>
${visitor === undefined ? "" : navigation(visitor)}
</header>
<main id="main" tabindex="-1"${refresh === undefined ? "" : refreshing(refresh)}>
<h1>${heading ?? title}</h1>
${body}
</main>`;
  return pageFrame({ title: `${title} - uko console`, head, body: content });
}

/** The attributes for the refresh, which replaces only the content. An element with an ID keeps the focus. */
function refreshing({ address, refreshSeconds: seconds }: NonNullable<Page["refresh"]>): Html {
  return html` hx-get="${address}" hx-trigger="every ${seconds}s" hx-select="#main" hx-swap="outerHTML"`;
}

function navigation({ caller, instanceId, csrfToken, path, hasCampaign }: Visitor): Html {
  const shown = sections.filter(([href]) => hasCampaign || href !== "/campaign");
  const links = shown.map(
    ([href, name]) =>
      html`<li><a href="${href}"${path.startsWith(href) ? html` aria-current="page"` : ""}>${name}</a></li>`,
  );
  return html`<nav aria-label="Pages"><ul>${links}</ul></nav>
<div class="visitor"><p>${caller} <span class="quiet instance">Instance <code>${instanceId}</code></span></p>
<form method="post" action="/logout">${token(csrfToken)}<button class="plain">Log out</button></form></div>`;
}

/** The hidden field that proves that a form comes from a page of this session, and not from another website. */
export function token(csrfToken: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrfToken}">`;
}
