/**
 * Holds the style sheet of every HTML page: system fonts, light and dark, for screens from 320 px and for print on A4.
 */

export const styleSheet = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #16191d);
  --panel: light-dark(#f4f6f8, #1f242a);
  --line: light-dark(#c9d0d8, #3c454f);
  --ink: light-dark(#1a1f24, #eceff2);
  --quiet: light-dark(#505a64, #aab4be);
  --outage: light-dark(#bf8700, #d29922);
  --pending: light-dark(#57789b, #7d9cbd);
  --metadata: light-dark(#8250df, #bc8cff);
  font: 1rem/1.5 system-ui, sans-serif;
}

* { box-sizing: border-box; }

body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }

main { max-width: 72rem; margin: 0 auto; padding: 1rem; }

h1 { margin: 0.5rem 0 1rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.25rem; }
h3 { margin: 1.5rem 0 0.5rem; font-size: 1.1rem; }
summary { padding: 0.25rem 0; cursor: pointer; }
summary h2 { display: inline; }
details:has(> summary h2) { margin-top: 1.5rem; }

.lead { font-size: 1.1rem; }
.quiet { color: var(--quiet); font-size: 0.9rem; }
.notice { margin: 1rem 0; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 0.35rem; background: var(--panel); }
.notice h2 { margin-top: 0; }
.notice ul { margin: 0.25rem 0; padding-inline-start: 1.25rem; }

code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { margin: 0.25rem 0; padding: 0.5rem; border: 1px solid var(--line); background: var(--panel); white-space: pre-wrap; }

table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
thead th { overflow-wrap: normal; vertical-align: bottom; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
th code { font-weight: 400; }
.stacks tbody th, .stacks td:not(.short) { min-width: 5em; }
.short { white-space: nowrap; }

dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0.25rem 1rem; margin: 0.5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; white-space: pre-line; }

.timeline { margin: 1rem 0; }
.lanes { display: grid; grid-template-columns: minmax(4rem, max-content) 1fr; gap: 0.75rem; }
.lanes ol { margin: 0; padding: 40px 0 0; list-style: none; max-width: 10rem; }
.lanes li { height: 24px; overflow: hidden; font-size: 0.85rem; line-height: 24px; text-overflow: ellipsis; white-space: nowrap; }
.lanes svg { display: block; width: 100%; overflow: visible; }
.lane { fill: var(--panel); stroke: var(--line); }
.outage { fill: var(--outage); background: var(--outage); }
.pending { fill: var(--pending); background: var(--pending); }
.metadata { fill: var(--metadata); background: var(--metadata); }
.blackout { fill: var(--ink); background: var(--ink); opacity: 0.25; }
line.month { stroke: var(--quiet); stroke-width: 1; opacity: 0.5; }
.lanes text.month { fill: var(--quiet); stroke: none; font-weight: 400; }
.today { stroke: var(--ink); stroke-width: 2; }
.mark { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 5 3; }
.lanes text { fill: var(--ink); stroke: var(--paper); stroke-width: 4px; paint-order: stroke; font-size: 12px; font-weight: 600; }
figcaption { color: var(--quiet); font-size: 0.85rem; }
.key { display: inline-block; width: 0.8rem; height: 0.8rem; margin: 0 0.35rem 0 0.75rem; vertical-align: -1px; }
.key:first-child { margin-inline-start: 0; }

@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin: 0 0 0.5rem; }
  .today + text { display: none; }
}

@media screen and (max-width: 60rem) {
  .stacks { font-size: 0.8rem; }
  .stacks th, .stacks td { padding-inline-end: 0.5rem; }
}

@media screen and (max-width: 40rem) {
  .stacks { font-size: 0.9rem; }
  .stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacks, .stacks tbody, .stacks tr, .stacks th, .stacks td { display: block; }
  .stacks tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .stacks th, .stacks td { min-width: 0; padding: 0.1rem 0; border: 0; white-space: normal; }
  .stacks td::before { content: attr(data-label) ": "; color: var(--quiet); }
}

@media print {
  :root { color-scheme: light; font-size: 9pt; }
  @page { size: A4; margin: 15mm; }
  main { max-width: none; padding: 0; }
  thead { display: table-header-group; }
  tr, figure, .notice { break-inside: avoid; }
  h2 { break-after: avoid; }
  .key, .lane { print-color-adjust: exact; }
}
`;
