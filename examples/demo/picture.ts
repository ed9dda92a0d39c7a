/**
 * The demo as an animated SVG: the narration, a clock, and two terminals. It has no script, so a readme can show it.
 * Without animations, or if the reader prefers less motion, it shows the last frame.
 */

import { auditTitle, type Frame } from "./frames.ts";

const width = 880;
const lineHeight = 16;
const columns = 114;
const terminalTop = 90;
const secondsOf = { narration: 3, command: 1.5, output: 5, audit: 9 } as const satisfies Record<Frame["kind"], number>;

const style = `
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: var(--text) }
svg { --back: #f6f8fa; --box: #ffffff; --line: #d0d7de; --text: #1f2328; --quiet: #59636e; --typed: #0550ae; --wait: #9a6700; --good: #1a7f37 }
.say { font: 600 13px system-ui, sans-serif } .clock { font-size: 15px; font-weight: 600; fill: var(--typed) }
.quiet { fill: var(--quiet) } .typed { fill: var(--typed) } .wait { fill: var(--wait) } .good { fill: var(--good) }
.back { fill: var(--back) } .box { fill: var(--box); stroke: var(--line) }
.frame { opacity: 0 } .last { opacity: 1 }
@media (prefers-color-scheme: dark) {
  svg { --back: #0d1117; --box: #161b22; --line: #3d444d; --text: #e6edf3; --quiet: #9198a1; --typed: #79c0ff; --wait: #e3b341; --good: #56d364 }
}
@media (prefers-reduced-motion: no-preference) { .frame { animation: var(--run) } }`;

/** The whole file; the frames are in it as data, so that a test can compare them with a new run of the demo. */
export function pictureOf(frames: readonly Frame[]): string {
  const heights = terminalHeights(frames);
  const height = terminalTop + heights.bob + heights.second + 26;
  const total = frames.reduce((sum, { kind }) => sum + secondsOf[kind], 0);
  let start = 0;
  const drawn = frames.map((frame, at) => {
    const end = start + secondsOf[frame.kind];
    const shown = [start, end].map((second) => `${((second / total) * 100).toFixed(3)}%`);
    start = end;
    const isLast = at === frames.length - 1;
    const hides = isLast ? "" : ` ${shown[1]} { opacity: 0 }`;
    const keyframes = `@keyframes f${at} { 0% { opacity: ${at === 0 ? 1 : 0} } ${shown[0]} { opacity: 1 }${hides} }`;
    const group = `<g class="frame${isLast ? " last" : ""}" style="--run: f${at} ${total}s step-end infinite">`;
    return { keyframes, group: `${group}\n${drawFrame(frame, heights)}\n</g>` };
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">Two people delete a key with uko</title>
<desc id="desc">Bob requests the deactivation of a key with pulumi destroy, and cannot approve his own request. Alice approves, and the key is deactivated. Bob requests the destruction, and Alice stores her approval. After more than 4 hours pulumi destroy destroys the key, and after 30 days it removes the metadata. The last frame shows the audit trail of the service.</desc>
<metadata>${escapeXml(JSON.stringify(frames))}</metadata>
<style>${style}
${drawn.map(({ keyframes }) => keyframes).join("\n")}
</style>
<rect class="back" width="${width}" height="${height}" rx="8"/>
${drawn.map(({ group }) => group).join("\n")}
</svg>
`;
}

/** The frames of a file that `pictureOf` wrote. */
export function framesInPicture(svg: string): readonly Frame[] {
  const [, data = "[]"] = /<metadata>(.*)<\/metadata>/.exec(svg) ?? [];
  const text = data.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return JSON.parse(text) as readonly Frame[];
}

interface Heights {
  readonly bob: number;
  readonly second: number;
}

/** Each terminal is as high as its longest frame, so no line is left out. */
function terminalHeights(frames: readonly Frame[]): Heights {
  const heightOf = (names: readonly string[]): number => {
    const rows = frames.flatMap(({ terminals }) => names.map((name) => (terminals[name] ?? []).flatMap(wrap).length));
    return 40 + Math.max(...rows) * lineHeight;
  };
  return { bob: heightOf(["Bob"]), second: heightOf(["Alice", auditTitle]) };
}

function drawFrame({ narration, clock, terminals, kind }: Frame, { bob, second }: Heights): string {
  const said = narration.map((line, at) => text(16, 26 + at * 20, line, "say"));
  const time = text(width - 16, terminalTop - 10, clock, "clock", ' text-anchor="end"');
  const name = kind === "audit" ? auditTitle : "Alice";
  const boxes = [
    drawTerminal({ name: "Bob", lines: terminals.Bob ?? [], top: terminalTop, height: bob }),
    drawTerminal({ name, lines: terminals[name] ?? [], top: terminalTop + bob + 10, height: second }),
  ];
  return [...said, time, ...boxes].join("\n");
}

interface Terminal {
  readonly name: string;
  readonly lines: readonly string[];
  readonly top: number;
  readonly height: number;
}

function drawTerminal({ name, lines, top, height }: Terminal): string {
  const box = `<rect class="box" x="8" y="${top}" width="${width - 16}" height="${height}" rx="6"/>`;
  const first = top + 32 + lineHeight / 2;
  const drawn = lines.flatMap((line) => wrap(line).map((part) => ({ part, className: classOf(line) })));
  const shown = drawn.map(({ part, className }, at) => text(20, first + at * lineHeight, part, className));
  return [box, text(20, top + 18, name, "quiet"), ...shown].join("\n");
}

/** The lines of the picture for one line of a terminal. A line that goes on is indented below its beginning. */
function wrap(line: string): readonly string[] {
  if (line.length <= columns) return [line];
  const space = line.lastIndexOf(" ", columns);
  const indent = line.length - line.trimStart().length;
  const end = space > indent ? space : columns;
  return [line.slice(0, end), ...wrap(`${" ".repeat(indent + 2)}${line.slice(end).trimStart()}`)];
}

function classOf(line: string): string {
  if (line.startsWith("$ ")) return "typed";
  if (/^ *(?:error:|\[UKO_)/.test(line)) return "wait";
  return /(?:created|deleted)(?: \(.*\))?$/.test(line) ? "good" : "";
}

function text(x: number, y: number, content: string, className: string, extra = ""): string {
  const named = className === "" ? "" : ` class="${className}"`;
  return `<text x="${x}" y="${y}"${named}${extra}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
