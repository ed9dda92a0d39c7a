/** One run of an engine's CLI: what it prints, when it ends, and the processes that it starts on its way. */

import { type ChildProcess, execFile } from "node:child_process";
import { promisify } from "node:util";

export interface EngineResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they arrived. */
  readonly output: string;
  /** What people see first: the first line of the first diagnostic that is not merely "update failed". */
  readonly firstErrorLine: string | undefined;
  readonly durationMs: number;
}

/** A run that has not ended yet. */
export class EngineRun<Result extends EngineResult = EngineResult> {
  readonly child: ChildProcess;
  readonly result: Promise<Result>;

  constructor(child: ChildProcess, result: Promise<Result>) {
    this.child = child;
    this.result = result;
  }

  /** Ends the provider's process at once, as a crash would; answers how many processes were hit. */
  async killProvider(signal: NodeJS.Signals = "SIGKILL"): Promise<number> {
    const pids = await this.providerPids();
    for (const pid of pids) kill(pid, signal);
    return pids.length;
  }

  /** The processes of the dynamic provider, the plugin or the Terraform provider that this run has started and that have not ended. */
  async providerPids(): Promise<readonly number[]> {
    const family = await familyOf(this.child);
    return family.flatMap(({ pid, command }) =>
      /node\b.*(?:cmd[/\\]dynamic-provider|(?:pulumi-resource|terraform-provider)-uko)/.test(command) ? [pid] : [],
    );
  }
}

/** Waits for the end of a process; one that takes too long is killed with all that it started. */
export function collect(child: ChildProcess, timeoutMs: number, title: string): Promise<EngineResult> {
  const startedAt = performance.now();
  let stdout = "";
  let stderr = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const failure = new Error(`${title} took longer than ${timeoutMs} ms; so far:\n${output}`);
      const giveUp = () => reject(failure);
      killFamily(child).then(giveUp, giveUp);
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === null) return reject(new Error(`${title} was ended by ${signal}:\n${output}`));
      const durationMs = Math.round(performance.now() - startedAt);
      resolve({ exitCode: code, stdout, stderr, output, firstErrorLine: findFirstErrorLine(output), durationMs });
    });
  });
}

/** The output of a process that keeps running, once the output contains `last`. */
export function printedUntil(child: ChildProcess, last: string, timeoutMs: number, title: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${title} was not ready in time`)), timeoutMs);
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (!text.includes(last)) return;
      clearTimeout(timer);
      resolve(text);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      reject(new Error(`${title} ended with code ${code}`));
    });
  });
}

function findFirstErrorLine(output: string): string | undefined {
  const lines = [...output.matchAll(/^\s*error: (.*)$/gm)].map((match) => match[1]?.trim() ?? "");
  return lines.find((line) => !/^(update|preview|destroy|refresh) failed$/.test(line)) ?? lines[0];
}

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** A process and all that it started; engines put their plugins into process groups of their own. */
async function familyOf(child: ChildProcess): Promise<readonly RunningProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,command="]);
  const processes = stdout.split("\n").flatMap((line): RunningProcess[] => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? "" }] : [];
  });
  const pids = new Set([child.pid]);
  // Parents come before children only by chance, so the list is walked until nothing is added.
  for (let size = 0; size !== pids.size; ) {
    size = pids.size;
    for (const { pid, parent } of processes) if (pids.has(parent)) pids.add(pid);
  }
  return processes.filter(({ pid }) => pids.has(pid));
}

export async function killFamily(child: ChildProcess): Promise<void> {
  for (const { pid } of await familyOf(child)) kill(pid, "SIGKILL");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}
