/** The terminal of a person, in this process where possible: a process for each command would take most of a scenario's time. */

import path from "node:path";
import { runCli } from "../../../../provider/cli/program.ts";
import { quietWorld } from "../../../cli/harness.ts";
import { answerTo } from "../../../support/answers.ts";

export interface TypedResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly environment: Readonly<Record<string, string>>;
  readonly workingCopy: string;
}

/** Runs `uko ARGS` as this person, who agrees with what it asks. */
export async function runUko(args: readonly string[], { environment, workingCopy }: Place): Promise<TypedResult> {
  const { UKO_EVIDENCE: evidence } = environment;
  const asked: string[] = [];
  const world = quietWorld({
    ask: async (question) => {
      const answer = answerTo(question, asked);
      asked.push(question);
      return answer;
    },
    environment: {
      ...environment,
      // This process is not where the person is.
      ...(evidence !== undefined && { UKO_EVIDENCE: path.resolve(workingCopy, evidence) }),
    },
  });
  const exitCode = await runCli(args, world);
  return { exitCode, stdout: world.output.out, stderr: world.output.err };
}
