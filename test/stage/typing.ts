/** A person who types a `uko` command at a terminal and agrees with what it asks: in this process, as a transcript. */

import { openLogin, openOperations, type UkoWorld } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { withProgress } from "../../provider/cli/run.ts";
import { answerTo } from "../support/answers.ts";
import type { EngineResult } from "./engine-run.ts";

const notHere = () => Promise.reject(new Error("This story types no such command."));

export async function typeUko(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<EngineResult> {
  const startedAt = performance.now();
  let output = "";
  let errors = "";
  const write = (text: string): void => {
    output += text;
  };
  const appendError = (text: string): void => {
    errors += text;
  };
  const asked: string[] = [];
  const world: UkoWorld = {
    version: "0.0.0-story",
    environment,
    // Progress is no part of a transcript; an error is.
    ...withProgress({ write }, { write: appendError }),
    ask: async (question) => {
      const answer = answerTo(question, asked);
      asked.push(question);
      write(`${question}${answer}\n`);
      return answer;
    },
    readInput: notHere,
    signal: new AbortController().signal,
    ...{ openOperations, openLogin },
    ...{ runProgram: notHere, startEmulator: notHere, startConsole: notHere, advanceEmulator: notHere },
    readErrorPage: notHere,
    machine: { system: process.platform, processor: process.arch, home: "", providerFolder: "" },
  };
  const exitCode = await runCli(args, world);
  if (exitCode !== 0) output += errors;
  const durationMs = Math.round(performance.now() - startedAt);
  return { exitCode, stdout: output, stderr: errors, output, firstErrorLine: undefined, durationMs };
}
