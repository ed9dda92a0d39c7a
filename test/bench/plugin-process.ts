/** Measures a plugin's process from outside: from its start to its port, how much it holds when idle, and what a call takes. */

import { setTimeout as delay } from "node:timers/promises";
import { credentials, type requestCallback } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { end, measureStarts, median, residentMiB, start } from "./processes.ts";

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
  const programs = executables.map((executable) => [executable]);
  const times = await measureStarts(programs, environment, starts);
  const figures: PluginFigures[] = [];
  for (const [index, program] of programs.entries()) {
    const { child, line } = await start(program, environment);
    try {
      await delay(1_000);
      const idleMiB = residentMiB(child.pid);
      figures.push({ startMs: median(times[index] ?? []), idleMiB, callMs: await callTimes(Number(line), inputs) });
    } finally {
      await end(child);
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
