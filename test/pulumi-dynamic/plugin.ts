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
import { childEnv, firstLine } from "../support/child-env.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
// Pulumi's dependencies are Pulumi's, not this project's.
const pulumiRequire = createRequire(path.join(repository, "node_modules/@pulumi/pulumi/index.js"));
const grpc = pulumiRequire("@grpc/grpc-js") as GrpcModule;
const { Struct } = pulumiRequire("google-protobuf/google/protobuf/struct_pb.js") as { Struct: StructModule };
const messages = pulumiRequire("@pulumi/pulumi/proto/provider_pb.js") as Record<string, new () => Message>;
const { ResourceProviderClient } = pulumiRequire("@pulumi/pulumi/proto/provider_grpc_pb.js") as {
  ResourceProviderClient: new (address: string, credentials: unknown) => RawClient;
};
const { EngineService } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb.js") as { EngineService: unknown };
const { Empty } = pulumiRequire("google-protobuf/google/protobuf/empty_pb.js") as { Empty: new () => unknown };

interface Message {
  [setter: `set${string}`]: (value: unknown) => void;
}
interface StructModule {
  fromJavaScript(value: unknown): unknown;
}
interface StructMessage {
  toJavaScript(): Record<string, unknown>;
}
interface Reply {
  getId(): string;
  getProperties(): StructMessage | undefined;
  getInputs(): StructMessage;
  getChanges(): number;
  getReplacesList(): string[];
  getFailuresList(): { getProperty(): string; getReason(): string }[];
}
type RawCall = (request: Message, done: (error: CallError | null, reply: Reply) => void) => void;
interface RawClient {
  readonly [method: string]: RawCall;
  readonly close: () => void;
}
interface GrpcModule {
  readonly credentials: { createInsecure(): unknown };
  readonly ServerCredentials: { createInsecure(): unknown };
  readonly Server: new () => {
    addService(service: unknown, handlers: object): void;
    bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void;
    forceShutdown(): void;
  };
}

export interface CallError {
  readonly code: number;
  readonly details: string;
}

export type Properties = Readonly<Record<string, unknown>>;

export interface LogLine {
  readonly severity: number;
  readonly message: string;
}

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
): Promise<Plugin> {
  const log: LogLine[] = [];
  const engine = await startEngine(log);
  const project = projectFolder();
  const child = spawn(
    process.execPath,
    [pulumiRequire.resolve("@pulumi/pulumi/cmd/dynamic-provider"), engine.address],
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
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const call = (method: string, kind: string, fields: Readonly<Record<string, unknown>>): Promise<Reply> => {
    const Request = messages[kind];
    if (Request === undefined) throw new Error(`There is no message ${kind}`);
    const request = new Request();
    for (const [name, value] of Object.entries(fields)) {
      request[`set${name}`]?.(typeof value === "object" ? Struct.fromJavaScript(value) : value);
    }
    return new Promise((resolve, reject) => {
      client[method]?.call(client, request, (error, reply) => (error === null ? resolve(reply) : reject(error)));
    });
  };
  await call("configure", "ConfigureRequest", { Args: config });

  return {
    async check(olds, news) {
      const reply = await call("check", "CheckRequest", { Olds: olds, News: news });
      const failures = reply
        .getFailuresList()
        .map((each) => ({ property: each.getProperty(), reason: each.getReason() }));
      return { inputs: reply.getInputs().toJavaScript(), failures };
    },
    async diff(olds, news, id = "id") {
      const reply = await call("diff", "DiffRequest", { Id: id, Olds: olds, News: news });
      return { changes: reply.getChanges(), replaces: reply.getReplacesList() };
    },
    async create(news) {
      const reply = await call("create", "CreateRequest", { Properties: news });
      return { id: reply.getId(), properties: reply.getProperties()?.toJavaScript() ?? {} };
    },
    async read(id, olds) {
      const reply = await call("read", "ReadRequest", { Id: id, Properties: olds });
      return { id: reply.getId(), properties: reply.getProperties()?.toJavaScript() ?? {} };
    },
    async update(olds, news) {
      const reply = await call("update", "UpdateRequest", { Id: "id", Olds: olds, News: news });
      return { properties: reply.getProperties()?.toJavaScript() ?? {} };
    },
    async delete(olds, id = "id") {
      await call("delete", "DeleteRequest", { Id: id, Properties: olds });
    },
    written: () => written,
    log,
    async close() {
      client.close();
      child.kill();
      await new Promise((resolve) => child.once("close", resolve));
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

async function startEngine(log: LogLine[]): Promise<{ readonly address: string; close(): void }> {
  const server = new grpc.Server();
  server.addService(EngineService, {
    log(
      call: { request: { getSeverity(): number; getMessage(): string } },
      done: (error: null, reply: unknown) => void,
    ) {
      log.push({ severity: call.request.getSeverity(), message: call.request.getMessage() });
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
