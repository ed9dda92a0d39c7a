/** A picture of the waves of a campaign. It needs no style attribute, which the console's Content-Security-Policy forbids. */

import { type Html, html } from "./markup.ts";

/** Waves as bars between two times, with the deadlines as marks. */
export interface Timeline {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rows: readonly {
    readonly name: string;
    readonly spans: readonly { readonly kind: SpanKind; readonly fromMs: number; readonly untilMs: number }[];
  }[];
  readonly marks: readonly { readonly label: string; readonly atMs: number }[];
}

type SpanKind = keyof typeof legend;

const legend = {
  outage: "outage, can be undone",
  pending: "destroyed, material pending",
  metadata: "metadata remains",
} as const;

const laneHeight = 24;
const marksHeight = 40;

/** The tables have the same dates, so assistive technology skips the picture. */
export function timelinePicture({ fromMs, untilMs, rows, marks }: Timeline): Html {
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
  const placed = marks.map(({ label, atMs }, index) => ({
    label,
    x: `${percent(atMs).toFixed(2)}%`,
    y: 14 + 18 * (index % 2),
  }));
  const lines = placed.map(({ x }) => html`<line class="mark" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`);
  const labels = placed.map(
    ({ label, x, y }) => html`<text x="${x}" dx="-6" y="${y}" text-anchor="end">${label}</text>`,
  );
  const kinds = Object.entries(legend).map(([kind, says]) => html`<span class="key ${kind}"></span>${says} `);
  return html`<figure class="timeline" aria-hidden="true">
<div class="lanes"><ol>${rows.map(({ name }) => html`<li>${name}</li>`)}</ol>
<svg height="${height}">${lanes}${lines}${labels}</svg></div>
<figcaption>${kinds}</figcaption>
</figure>`;
}
