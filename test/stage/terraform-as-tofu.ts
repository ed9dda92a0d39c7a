/**
 * `node terraform-as-tofu.ts TERRAFORM ARGS`: Terraform with OpenTofu's options for reports, so that what is written for the one runs
 * with the other. Terraform prints either text or JSON and asks no question with the latter, so each run is a plan that is saved and
 * then applied, and its text is made of the JSON.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, rmSync } from "node:fs";

interface Line {
  readonly "@message": string;
  readonly type: string;
  readonly diagnostic?: {
    readonly severity: "error" | "warning";
    readonly summary: string;
    readonly detail?: string;
    readonly address?: string;
    readonly range?: { readonly filename: string; readonly start: { readonly line: number } };
  };
}

const [terraform = "", ...given] = process.argv.slice(2);
const reportOption = "-json-into=";
const report = given.find((word) => word.startsWith(reportOption))?.slice(reportOption.length);
const ownOptions = ["-consolidate-warnings=false", "-no-color"];
const [command = "", ...options] = given.filter((word) => !word.startsWith(reportOption) && !ownOptions.includes(word));

let child: ChildProcess | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child?.kill(signal));

process.exitCode = await main();

async function main(): Promise<number> {
  if (report === undefined) return run(given);
  if (command !== "apply" && command !== "destroy") return run([command, "-json", ...options]);
  const plan = `${report}.plan`;
  try {
    const goal = command === "destroy" ? ["-destroy"] : [];
    const planned = await run(["plan", "-json", `-out=${plan}`, ...goal, ...options]);
    return planned === 0 ? await run(["apply", "-json", plan]) : planned;
  } finally {
    rmSync(plan, { force: true });
  }
}

function run(words: readonly string[]): Promise<number> {
  const started = spawn(terraform, words, { stdio: ["inherit", report === undefined ? "inherit" : "pipe", "inherit"] });
  child = started;
  let unfinished = "";
  started.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = `${unfinished}${chunk}`.split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) tell(line);
  });
  return new Promise((resolve, reject) => {
    started.on("error", reject);
    started.on("close", (code) => resolve(code ?? 1));
  });
}

function tell(text: string): void {
  if (report !== undefined) appendFileSync(report, `${text}\n`);
  const line = JSON.parse(text) as Line;
  if (line.type === "version") return;
  const { diagnostic } = line;
  if (diagnostic === undefined) return void process.stdout.write(`${line["@message"]}\n`);
  const { severity, summary, detail = "", address, range } = diagnostic;
  const place = [address && `with ${address}`, range && `on ${range.filename} line ${range.start.line}`].filter(
    Boolean,
  );
  const where = place.length > 0 ? `  ${place.join(",\n  ")}\n\n` : "";
  const title = severity === "error" ? "Error" : "Warning";
  const stream = severity === "error" ? process.stderr : process.stdout;
  stream.write(`${title}: ${summary}\n\n${where}${detail}\n`);
}
