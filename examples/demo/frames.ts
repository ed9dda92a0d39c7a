/** The frames of the demo's picture, read from what the story prints: the narration, the clock, and the last run of each person. */

import { stripVTControlCharacters } from "node:util";

export interface Frame {
  readonly narration: readonly string[];
  /** `24 Nov 2026 14:22 UTC`, as the prompt shows it. */
  readonly clock: string;
  /** The lines of each terminal, by the person's name; the last frame has the audit trail. */
  readonly terminals: Readonly<Record<string, readonly string[]>>;
  /** What the frame adds. The picture shows an output longer than the command before it. */
  readonly kind: "narration" | "command" | "output" | "audit";
}

export const auditTitle = "Audit trail of the service";

/** A temporary folder of the machine that performs the story does not belong into the picture. */
const evidencePlace = "Evidence of this run: ";
const prompt = /^\n(\w+), (\d+ \w+ \d+ [\d:]+ UTC)\n(\$ .*)\n$/;

/** One frame for each narration, command and output, up to the audit trail. */
export function framesOf(printed: readonly string[]): readonly Frame[] {
  const frames: Frame[] = [];
  let person = "";
  let frame: Frame = { narration: [], clock: "", terminals: {}, kind: "narration" };
  for (const chunk of printed.map(stripVTControlCharacters)) {
    const [, who, clock = "", typed = ""] = prompt.exec(chunk) ?? [];
    if (chunk.startsWith("\ntime (UTC)")) {
      const { Bob = [] } = frame.terminals;
      return [...frames, { ...frame, kind: "audit", terminals: { Bob, [auditTitle]: linesOf(chunk.trim()) } }];
    }
    if (who !== undefined) {
      person = who;
      frame = { ...frame, kind: "command", clock, terminals: { ...frame.terminals, [who]: [typed] } };
    } else if (chunk.startsWith("  ")) {
      const shown = linesOf(chunk.replaceAll(/^ {2}/gm, "")).filter((line) => !line.startsWith(evidencePlace));
      const lines = [...(frame.terminals[person] ?? []), ...shown];
      frame = { ...frame, kind: "output", terminals: { ...frame.terminals, [person]: lines } };
    } else frame = { ...frame, kind: "narration", narration: linesOf(chunk.trim()) };
    frames.push(frame);
  }
  throw new Error("The story printed no audit trail.");
}

function linesOf(text: string): readonly string[] {
  return text.trimEnd().split("\n");
}

/** The texts of the frames without IDs, dates, times, ports and durations, which differ between two runs. */
export function constantTextOf(frames: readonly Frame[]): readonly string[] {
  return frames.flatMap(({ narration, terminals }) =>
    [...narration, ...Object.values(terminals).flat()].map((line) =>
      line
        .replaceAll(/\b[0-9a-f]{32}\b/g, "<record>")
        .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>")
        .replaceAll(/\b\d+ \w{3} 20\d\d \d\d:\d\d\b|\b20\d\d-\d\d-\d\d(?: \d\d:\d\d:\d\d)?\b/g, "<time>")
        .replaceAll(/\b127\.0\.0\.1:\d+/g, "<host>")
        .replaceAll(/ ?\([\d.]+m?s\)/g, ""),
    ),
  );
}
