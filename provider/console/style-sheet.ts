/**
 * Holds the icon and the style sheet of the console. The style sheet adds to the one that all HTML pages of uko share.
 */

/** The icon, which shows a key. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#0b57b0" stroke-width="4">
<circle cx="10" cy="16" r="6"/><path d="M16 16h14M25 16v7"/></g></svg>`;

export const consoleStyle = `
:root {
  --link: light-dark(#0b57b0, #8fbdff);
  --act: light-dark(#0b57b0, #2f6fd0);
  --danger: light-dark(#a4161a, #c8363b);
  --cuts: light-dark(#8a5a00, #96660a);
  --warn: light-dark(#7a4a00, #f0c071);
  --good: light-dark(#1c6b36, #7fd29b);
  --bad: light-dark(#a4161a, #ff9c9c);
}

a { color: var(--link); }

:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }

main:focus { outline: none; }

.skip { position: absolute; left: -100vw; }
.skip:focus { left: 0.5rem; top: 0.5rem; padding: 0.5rem; background: var(--paper); }

header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5rem 1.5rem;
  padding: 0.75rem 1rem;
  border-bottom: 1px solid var(--line);
  background: var(--panel);
}

header .name { margin: 0; font-weight: 700; }

nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding: 0.25rem 0; }
nav a[aria-current] { color: var(--ink); font-weight: 700; text-decoration: none; box-shadow: inset 0 -3px var(--act); }

.visitor { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin-inline-start: auto; }
.visitor p { margin: 0; font-size: 0.875rem; line-height: 1.35; }
.visitor .instance { display: block; }

/* What follows covers the line: a browser that still reads the page applies neither :has() nor :last-child to it. */
.reading {
  position: relative;
  max-width: 72rem;
  height: 3.5rem;
  margin: 0 auto;
  padding: 1rem;
  overflow: hidden;
  background: var(--paper);
  text-overflow: ellipsis;
  white-space: nowrap;
}
.reading + * { display: flow-root; position: relative; margin-top: -3.5rem; background: var(--paper); }
.reading:has(+ *) { visibility: hidden; }

.lines { white-space: pre-line; }

details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--link); }

.card h2 { margin: 0 0 0.5rem; font-size: 1.05rem; }
.card { margin: 0 0 1rem; padding: 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--panel); }
.card p, .card ul { margin: 0.25rem 0; }

.state, .level {
  display: inline-block;
  padding: 0 0.5rem;
  border: 1px solid currentcolor;
  border-radius: 1rem;
  color: var(--quiet);
  font-size: 0.85rem;
  font-weight: 600;
  white-space: nowrap;
}
.pending_approval, .pending_request, .approved, .cooling_down, .warn { color: var(--warn); }
.active, .ok { color: var(--good); }
.compromised, .fail { color: var(--bad); }

.path { padding: 0; list-style: none; counter-reset: step; }
.path li { position: relative; margin: 0; padding: 0 0 1rem 2.75rem; counter-increment: step; }
.path li::before {
  content: counter(step);
  box-sizing: border-box;
  position: absolute;
  left: 0;
  width: 1.9rem;
  height: 1.9rem;
  border: 2px solid var(--line);
  border-radius: 50%;
  background: var(--paper);
  text-align: center;
}
.path li::after { content: ""; position: absolute; left: 0.9rem; top: 1.9rem; bottom: 0; border-left: 2px solid var(--line); }
.path li:last-child::after { display: none; }
.path .final::before { border-color: var(--danger); }
.path p { margin: 0; }

.offers { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); padding: 0; list-style: none; }
.offers li { padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--panel); }
.offers p { margin: 0.25rem 0 0; }
.offers a { font-weight: 600; }

.stack { display: grid; gap: 0.5rem; max-width: 36rem; justify-items: start; }
.row { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem; margin: 0 0 1rem; }
.row div { display: grid; gap: 0.25rem; }
.stack p { margin: 0; }
label { font-weight: 600; }

input, select, textarea, button {
  min-height: 2.75rem;
  max-width: 100%;
  padding: 0.4rem 0.75rem;
  border: 1px solid var(--quiet);
  border-radius: 0.35rem;
  background: var(--paper);
  color: var(--ink);
  font: inherit;
}
textarea, .stack input { width: 100%; }

a.button { padding: 0.55rem 0.9rem; border-radius: 0.35rem; text-decoration: none; }
.card .row { align-items: center; margin: 0.5rem 0 0; }

button, a.button {
  display: inline-block;
  border-color: var(--act);
  background: var(--act);
  color: #ffffff;
  font-weight: 600;
  cursor: pointer;
}
button:hover, a.button:hover { filter: brightness(1.1); }
button.cuts { border-color: var(--cuts); background: var(--cuts); }
button.final { border-color: var(--danger); background: var(--danger); }
button.plain { min-height: 2rem; padding: 0.1rem 0.75rem; border-color: var(--quiet); background: transparent; color: var(--ink); }

.problem { padding: 0.75rem; border-left: 4px solid var(--bad); background: var(--panel); }

.decision { display: grid; gap: 1rem 2rem; align-items: start; }
.decision > div > :first-child, .zone > :first-child:not(.mark-final) { margin-top: 0; }
.zone { padding: 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--panel); }
.zone.cuts { border-color: var(--cuts); border-inline-start-width: 0.5rem; }
.zone.final { border: 3px double var(--danger); }
.mark-final { margin: -1rem -1rem 1rem; padding: 0.35rem 1rem; background: var(--danger); color: #ffffff; font-weight: 700; }

.pages { display: flex; gap: 1rem; padding: 0; list-style: none; }

@media (min-width: 60rem) {
  .decision { grid-template-columns: 1fr 26rem; }
}

@media (max-width: 40rem) {
  header { gap: 0.1rem 1rem; padding: 0.4rem 1rem; font-size: 0.9rem; }
  nav { order: 3; width: 100%; }
  nav ul { gap: 0 0.9rem; }
  .visitor { display: contents; }
  .visitor form { margin-inline-start: auto; }
  .visitor p { order: 4; width: 100%; overflow: hidden; font-size: 0.75rem; text-overflow: ellipsis; white-space: nowrap; }
  nav a { padding: 0.1rem 0; }
  .visitor .instance { display: none; }
}

@media print {
  header, .zone form, .pages, form.row, .skip { display: none; }
  article, tr, li { break-inside: avoid; }
  details::details-content { content-visibility: visible; }
}

@media (min-width: 120rem) {
  :root { font-size: 1.125rem; }
}

@media (prefers-reduced-motion: no-preference) {
  button { transition: filter 0.1s; }
}
`;
