/**
 * The dynamic provider that @pulumi/pulumi ships, in its own process, called as by the engine: gRPC and the
 * `__provider` text.
 */

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { caller, type LogLine, type Properties, plain, startEngine, structOf, unary } from "../pulumi-plugin/engine.ts";
import { childEnv, endChild, firstLine } from "../support/child-env.ts";

export type { Properties } from "../pulumi-plugin/engine.ts";
export type CallError = ServiceError;

const repository = fileURLToPath(new URL("../../", import.meta.url));
const pulumiRequire = createRequire(path.join(repository, "node_modules/@pulumi/pulumi/index.js"));

export interface Plugin {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }>;
  diff(olds: Properties, news: Properties, id?: string): Promise<{ changes: number; replaces: readonly string[] }>;
  create(news: Properties): Promise<{ id: string; properties: Properties }>;
  read(id: string, olds: Properties): Promise<{ id: string; properties: Properties }>;
  update(olds: Properties, news: Properties): Promise<{ properties: Properties }>;
  delete(olds: Properties, id?: string): Promise<void>;
  /** The output of the process, and its messages to the engine. */
  readonly written: () => string;
  readonly log: readonly LogLine[];
  close(): Promise<void>;
}

/** Starts the plugin as an engine would, in a project that has this package installed. */
export async function startPlugin(
  environment: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>> = {},
  /** Arguments that a later library might put before the engine's address. */
  before: readonly string[] = [],
): Promise<Plugin> {
  const log: LogLine[] = [];
  const engine = await startEngine(log);
  const project = projectFolder();
  const child = spawn(
    process.execPath,
    [pulumiRequire.resolve("@pulumi/pulumi/cmd/dynamic-provider"), ...before, engine.address],
    {
      cwd: project,
      env: { ...childEnv, ...environment },
    },
  );
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      written += text;
    });
  }
  const port = await firstLine(child, () => written);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = caller(client);
  const configuring = new providerPb.ConfigureRequest();
  configuring.setArgs(structOf(config));
  await unary((done) => client.configure(configuring, done));

  return {
    async check(olds, news) {
      const reply = await call("check", { Olds: olds, News: news });
      const failures = reply
        .getFailuresList()
        .map((each) => ({ property: each.getProperty(), reason: each.getReason() }));
      return { inputs: plain(reply.getInputs()), failures };
    },
    async diff(olds, news, id = "id") {
      const reply = await call("diff", { Id: id, Olds: olds, News: news });
      return { changes: reply.getChanges(), replaces: reply.getReplacesList() };
    },
    async create(news) {
      const reply = await call("create", { Properties: news });
      return { id: reply.getId(), properties: plain(reply.getProperties()) };
    },
    async read(id, olds) {
      const reply = await call("read", { Id: id, Properties: olds });
      return { id: reply.getId(), properties: plain(reply.getProperties()) };
    },
    async update(olds, news) {
      const reply = await call("update", { Id: "id", Olds: olds, News: news });
      return { properties: plain(reply.getProperties()) };
    },
    async delete(olds, id = "id") {
      await call("delete", { Id: id, Properties: olds });
    },
    written: () => written,
    log,
    async close() {
      client.close();
      await endChild(child);
      engine.close();
      rmSync(project, { recursive: true, force: true });
    },
  };
}

/** The package as in a program's `node_modules`, with its sources instead of the build output. */
function projectFolder(): string {
  const project = mkdtempSync(path.join(tmpdir(), "uko-plugin-"));
  const installed = path.join(project, "node_modules/pulumi-uko");
  mkdirSync(installed, { recursive: true });
  symlinkSync(path.join(repository, "provider"), path.join(installed, "provider"));
  const exports = { "./dynamic-provider": "./provider/pulumi-dynamic/dynamic-provider.ts" };
  writeFileSync(path.join(installed, "package.json"), JSON.stringify({ name: "pulumi-uko", type: "module", exports }));
  writeFileSync(path.join(project, "Pulumi.yaml"), "name: plugin-test\nruntime: nodejs\n");
  return project;
}
