/** `uko explain`: shows offline what an error code means and what to do about it, or lists all codes. */

import type { Command } from "commander";
import { jsonLine } from "../compose/text.ts";
import { type ErrorCode, errorCatalog, UkoError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { usageError } from "./arguments.ts";
import type { TextOutput, UkoWorld } from "./cli-world.ts";
import { didYouMean, proseFor } from "./help-layout.ts";
import { paint, tableOf } from "./table.ts";

export function addExplainCommand(program: Command, world: UkoWorld): void {
  program
    .command("explain")
    .description("Explain a code that a message ends with, and say what to do; works offline")
    .argument("[code]", "a code such as UKO_APPROVAL_PENDING; without it, uko lists all codes")
    .option("--json", "one line of JSON, with the text as Markdown")
    .action(async (typed: string | undefined, { json }: { readonly json?: true }) => {
      const codes = typed === undefined ? allCodes : [codeFrom(typed)];
      if (json !== true && typed === undefined) world.out.write(`${catalogueTable(world.out)}\n`);
      else
        for (const [code, text] of await readSections(world, codes)) {
          world.out.write(json === true ? sectionJson(code, text) : `${sectionText(world.out, code, text)}\n`);
        }
    });
}

const allCodes = Object.keys(errorCatalog) as readonly ErrorCode[];

/** Returns the code. Accepts `UKO_COOLING_DOWN`, `[UKO_COOLING_DOWN]` and `cooling-down`. */
function codeFrom(typed: string): ErrorCode {
  const bare = typed.replaceAll(/[[\]]/g, "").replaceAll("-", "_").toUpperCase();
  const full = bare.startsWith("UKO_") ? bare : `UKO_${bare}`;
  const code = allCodes.find((each) => each === full);
  if (code !== undefined) return code;
  const near = didYouMean(full, allCodes);
  throw usageError(
    `"${printable(typed, 100)}" is not a code of uko`,
    [...near, "Next: list the codes with", "  uko explain"].join("\n"),
  );
}

function catalogueTable(output: TextOutput): string {
  const rows = allCodes.map((code) => [code, `${errorCatalog[code].exitCode}`, errorCatalog[code].summary]);
  return tableOf(output, ["CODE", "EXIT", "MEANING"], rows, { MEANING: 20 });
}

async function readSections(
  world: UkoWorld,
  codes: readonly ErrorCode[],
): Promise<readonly (readonly [ErrorCode, string])[]> {
  const sections = (await world.readErrorPage()).split(/^## /m).slice(1);
  return codes.map((code) => {
    const section = sections.find((each) => each.startsWith(`${code}\n`));
    if (section === undefined) throw new UkoError("UKO_BUG", { detail: `The page has no section about ${code}.` });
    return [code, section.slice(code.length).trim()];
  });
}

function sectionJson(code: ErrorCode, text: string): string {
  const { summary, retryable, exitCode } = errorCatalog[code];
  return `${jsonLine({ v: 1, code, summary, retryable, exitCode, text })}\n`;
}

/** Turns Markdown into text for a terminal: removes the marks, and highlights the words that they emphasize. */
function sectionText(output: TextOutput, code: ErrorCode, markdown: string): string {
  const inline = (line: string): string =>
    line
      .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
      .replaceAll(/\*\*([^*]+)\*\*/g, (_, text: string) => paint(output, "strong", text))
      .replaceAll(/`([^`]+)`/g, (_, text: string) => paint(output, "command", text));
  const blocks = markdown.split(/\n{2,}/).map((block) => inline(block.replaceAll(/^```.*\n?/gm, "")).trimEnd());
  return proseFor(output, [paint(output, "head", code), ...blocks.filter((block) => block !== "")].join("\n\n"));
}
