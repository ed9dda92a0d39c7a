/** Measures a plugin's process from outside: from its start to its port, how much it holds when idle, and what a call takes. */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { credentials, type requestCallback } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

export interface PluginFigures {
  readonly startMs: number;
  readonly idleMiB: number;
  readonly callMs: Readonly<Record<"Check" | "Diff" | "Read", number>>;
}

const starts = 15;
const calls = 300;
const urn = "urn:pulumi:dev::keys::uko:index:ManagedKey::bench";

/** Medians of both, started in turn so that a machine whose speed drifts treats them alike. */
export async function measurePlugins(
  executables: readonly string[],
  environment: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
): Promise<readonly PluginFigures[]> {
  const times = executables.map((): number[] => []);
  for (let round = 0; round < starts; round += 1) {
    for (const [index, executable] of executables.entries()) {
      const plugin = await start(executable, environment);
      times[index]?.push(plugin.startMs);
      await end(plugin.child);
    }
  }
  const figures: PluginFigures[] = [];
  for (const [index, executable] of executables.entries()) {
    const plugin = await start(executable, environment);
    try {
      await delay(1_000);
      const idleMiB = residentMiB(plugin.child);
      figures.push({ startMs: median(times[index] ?? []), idleMiB, callMs: await callTimes(plugin.port, inputs) });
    } finally {
      await end(plugin.child);
    }
  }
  return figures;
}

/** One after the other, as the engine calls Check and Diff. Read looks a key up by its id, which asks the service. */
async function callTimes(port: number, news: Readonly<Record<string, string>>): Promise<PluginFigures["callMs"]> {
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const about = <Request extends { setUrn(text: string): unknown; setType(text: string): unknown }>(
    request: Request,
  ) => {
    request.setUrn(urn);
    request.setType("uko:index:ManagedKey");
    return request;
  };
  const configure = new providerPb.ConfigureRequest();
  configure.setArgs(new structPb.Struct());
  await unary((done) => client.configure(configure, done));

  const create = about(new providerPb.CreateRequest());
  create.setProperties(structPb.Struct.fromJavaScript(news));
  const made = await unary<providerPb.CreateResponse>((done) => client.create(create, done));
  const check = about(new providerPb.CheckRequest());
  check.setNews(structPb.Struct.fromJavaScript(news));
  const checked = await unary<providerPb.CheckResponse>((done) => client.check(check, done));
  const diff = about(new providerPb.DiffRequest());
  diff.setOlds(made.getProperties());
  diff.setNews(checked.getInputs());
  const read = about(new providerPb.ReadRequest());
  read.setId(made.getId());
  read.setProperties(made.getProperties());
  read.setInputs(checked.getInputs());
  const figures = {
    Check: await medianOf(() => unary((done) => client.check(check, done))),
    Diff: await medianOf(() => unary((done) => client.diff(diff, done))),
    Read: await medianOf(() => unary((done) => client.read(read, done))),
  };
  client.close();
  return figures;
}

async function medianOf(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < calls; index += 1) {
    const begin = performance.now();
    await call();
    times.push(performance.now() - begin);
  }
  return median(times);
}

function unary<Reply>(call: (done: requestCallback<Reply>) => unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    call((error, reply) => (error === null ? resolve(reply as Reply) : reject(error)));
  });
}

function start(
  executable: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly child: ChildProcess; readonly port: number; readonly startMs: number }> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(process.execPath, [executable], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${executable} ended with ${code}`)));
    child.stdout?.once("data", (line: Buffer) =>
      resolve({ child, port: Number(line.toString().trim()), startMs: performance.now() - begin }),
    );
  });
}

async function end(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** NaN where there is no /proc. */
function residentMiB({ pid }: ChildProcess): number {
  try {
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
