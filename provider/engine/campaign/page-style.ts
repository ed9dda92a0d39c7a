/** The style of a report page: light and dark, for narrow and wide screens, and for A4. */

/** Each row of the table as a block, with the heads in front of the values. */
const stacked = (table: string): string => `
  ${table} thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  ${table}, ${table} tbody, ${table} tr, ${table} td, ${table} tbody th { display: block; }
  ${table} tr { border: 1px solid var(--line); border-radius: 4px; margin: .6rem 0; padding: .3rem .6rem; }
  ${table} td, ${table} tbody th { border: 0; padding: .15rem 0; display: grid; gap: .6rem;
    grid-template-columns: minmax(6.5rem, 30%) 1fr; }
  ${table} td::before, ${table} tbody th::before { content: attr(data-label); color: var(--soft); font-weight: 400; }`;

export const pageStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --line: #d0d7de; --band: #f3f5f7;
  --accent: #0550ae; --outage: #bf8700; --pending: #cf222e; --metadata: #8250df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b3; --paper: #0f1318; --line: #30363d; --band: #171c23;
    --accent: #79c0ff; --outage: #d29922; --pending: #ff7b72; --metadata: #bc8cff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 3px solid var(--accent); margin-bottom: 1.5rem; padding-bottom: .75rem; }
.kicker { margin: 0; color: var(--soft); font-weight: 600; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .25rem 0; }
.as-of { margin: 0; color: var(--soft); }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); background: var(--band); overflow-wrap: normal; vertical-align: bottom; }
.short { white-space: nowrap; }
tbody th { font-weight: 600; }

ul { padding-left: 1.2rem; margin: .5rem 0; }
pre { background: var(--band); border: 1px solid var(--line); border-radius: 4px; padding: .5rem .75rem; margin: .4rem 0;
  white-space: pre-wrap; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
.timeline { margin: 0 0 1.5rem; }
.lanes { position: relative; padding-top: 3.2rem; }
.lane { display: grid; grid-template-columns: 8rem 1fr; align-items: center; gap: .5rem; height: 1.9rem; }
.lane-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: .875rem; }
.track { position: relative; height: 1rem; background: var(--band); border-radius: 2px; }
.span { position: absolute; top: 0; bottom: 0; }
.outage { background: var(--outage); }
.pending { background: var(--pending); }
.metadata { background: var(--metadata); }
.span.outage { bottom: 50%; }
.span.pending, .span.metadata { top: 50%; }
.marks { position: absolute; top: 0; bottom: 0; left: 8.5rem; right: 0; pointer-events: none; }
.mark { position: absolute; top: 0; bottom: 0; border-left: 2px dashed var(--ink); }
.mark span { position: absolute; top: 0; right: .3rem; white-space: nowrap; font-size: .75rem; font-weight: 600;
  background: var(--paper); }
.mark:nth-child(even) span { top: 1.4rem; }
figcaption { color: var(--soft); font-size: .85rem; margin-top: .5rem; }
.key { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 .8rem; vertical-align: -1px; }
.key:first-child { margin-left: 0; }
@media (max-width: 40rem) {
  .lane { grid-template-columns: 5rem 1fr; }
  .marks { left: 5.5rem; }
}
@media screen and (max-width: 40rem) { ${stacked(".medium")} }
@media screen and (max-width: 56rem) { ${stacked(".wide")} }
@media print {
  :root { --ink: #000; --soft: #333; --paper: #fff; --line: #999; --band: #f3f3f3; --accent: #000; }
  @page { size: A4; margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 9pt; }
  table { font-size: 8pt; }
  thead { display: table-header-group; }
  tr, figure { break-inside: avoid; }
  h2 { break-after: avoid; }
  .span, .key, thead th { print-color-adjust: exact; }
}
`;
