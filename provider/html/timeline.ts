/**
 * Draws the waves of a campaign in SVG, with deadlines and blackouts. The picture uses no style attributes, because the
 * console's Content-Security-Policy forbids them, and assistive technology skips it, because the tables have the same
 * dates.
 */

import { type Html, html } from "./markup.ts";

/** Waves as bars from today to a last day, with the deadlines as marks. */
export interface Timeline {
  /** Today. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rows: readonly {
    readonly name: string;
    readonly spans: readonly {
      readonly kind: Exclude<SpanKind, "blackout">;
      readonly fromMs: number;
      readonly untilMs: number;
    }[];
  }[];
  readonly marks: readonly { readonly label: string; readonly atMs: number }[];
  /** The periods in which no wave may take a step. */
  readonly blackouts?: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

type SpanKind = keyof typeof legend;

const legend = {
  outage: "outage, can be undone",
  pending: "destroyed, material pending",
  metadata: "metadata remains",
  blackout: "blackout",
} as const;

const laneHeight = 24;
const marksHeight = 40;
const monthsHeight = 20;
const maxMonthNames = 12;
/** The last place, in percent, where the name of a month fits. */
const lastNameAt = 94;

/** Draws the picture. Assistive technology skips it, because the tables have the same dates. */
export function timelinePicture({ fromMs, untilMs, rows, marks, blackouts = [] }: Timeline): Html {
  const percent = (ms: number): number =>
    (100 * (Math.min(Math.max(ms, fromMs), untilMs) - fromMs)) / Math.max(1, untilMs - fromMs);
  const height = marksHeight + rows.length * laneHeight;
  const lanes = rows.map(({ spans }, index) => {
    const top = marksHeight + index * laneHeight + 3;
    const bars = spans.map(({ kind, fromMs: from, untilMs: until }) => {
      const y = kind === "outage" ? top : top + 9;
      const width = Math.max(0.4, percent(until) - percent(from));
      return html`<rect class="${kind}" x="${percent(from).toFixed(2)}%" y="${y}" width="${width.toFixed(2)}%" height="9"/>`;
    });
    return html`<rect class="lane" x="0" y="${top}" width="100%" height="18"/>${bars}`;
  });
  // The last mark has the upper label, and the line of an earlier one begins below it, so that no line crosses a label.
  const placed = marks.map(({ label, atMs }, index) => ({
    label,
    x: `${percent(atMs).toFixed(2)}%`,
    top: 18 * ((marks.length - 1 - index) % 2),
  }));
  const closed = blackouts.map(({ fromMs: from, untilMs: until }) => {
    const width = (percent(until) - percent(from)).toFixed(2);
    return html`<rect class="blackout" x="${percent(from).toFixed(2)}%" y="${marksHeight}" width="${width}%" height="${height - marksHeight}"/>`;
  });
  const months = monthsIn(fromMs, untilMs).map(({ name, atMs }) => {
    const x = `${percent(atMs).toFixed(2)}%`;
    return html`<line class="month" x1="${x}" x2="${x}" y1="${marksHeight}" y2="${height}"/><text class="month" x="${x}" dx="3" y="${height + 14}">${percent(atMs) > lastNameAt ? "" : name}</text>`;
  });
  const lines = placed.map(({ x, top }) => html`<line class="mark" x1="${x}" x2="${x}" y1="${top}" y2="${height}"/>`);
  const labels = placed.map(
    ({ label, x, top }) => html`<text x="${x}" dx="-6" y="${top + 14}" text-anchor="end">${label}</text>`,
  );
  const shown = Object.entries(legend).filter(([kind]) => kind !== "blackout" || blackouts.length > 0);
  const kinds = shown.map(([kind, says]) => html`<span class="key ${kind}"></span>${says} `);
  return html`<figure class="timeline" aria-hidden="true">
<div class="lanes"><ol>${rows.map(({ name }) => html`<li>${name}</li>`)}</ol>
<svg height="${height + monthsHeight}">${lanes}${closed}${months}<line class="today" x1="0" x2="0" y1="0" y2="${height}"/>
<text x="0" dx="4" y="14">today</text>${lines}${labels}</svg></div>
<figcaption>${kinds} (dates in UTC)</figcaption>
</figure>`;
}

/** The first day of each month, with a name for as many as there is room for. */
function monthsIn(fromMs: number, untilMs: number) {
  const first = new Date(fromMs);
  const firstOf = (index: number): number => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1 + index, 1);
  const count = Math.min(120, Math.max(0, Math.floor((untilMs - fromMs) / (28 * 86_400_000)) + 1));
  const found = Array.from({ length: count }, (_, index) => firstOf(index)).filter((ms) => ms < untilMs);
  const every = Math.ceil(found.length / maxMonthNames);
  const nameOf = (ms: number): string =>
    new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" }).format(ms);
  return found.map((atMs, index) => ({ atMs, name: index % every === 0 ? nameOf(atMs) : "" }));
}
