/** The plugin in a process of its own, called as by the engine: gRPC, and a log service that receives its messages. */

import { type ChildProcess, spawn } from "node:child_process";
import { credentials, type requestCallback, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { programOf } from "../support/built.ts";
import { childEnv, endChild, firstLine } from "../support/child-env.ts";
import { isHostLine } from "../support/emulator-addresses.ts";

export type Properties = Readonly<Record<string, unknown>>;

export interface LogLine {
  readonly severity: enginePb.LogSeverity;
  readonly message: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

export interface Plugin {
  readonly client: providerGrpc.ResourceProviderClient;
  /** Every line so far, both permanent and temporary. */
  readonly log: readonly LogLine[];
  readonly child: ChildProcess;
  /** The output of the process on both streams. */
  written(): string;
  configure(args?: Properties): Promise<providerPb.ConfigureResponse>;
  /** The program's language reports its root resource to the engine, as in a run of a program. */
  beginProgram(): void;
  /** Begins another run in the same process, as an engine does that attaches again. */
  beginRun(): Promise<void>;
  check(news: Properties, olds?: Properties): Promise<{ inputs: Properties; failures: readonly string[] }>;
  diff(olds: Properties, news: Properties, ignoreChanges?: readonly string[]): Promise<Difference>;
  create(news: Properties, preview?: boolean): Promise<State & { readonly id: string }>;
  read(
    id: string,
    olds?: Properties,
    inputs?: Properties,
  ): Promise<State & { readonly id: string; readonly inputs: Properties }>;
  update(olds: Properties, news: Properties, preview?: boolean): Promise<State>;
  delete(olds: Properties, timeoutSeconds?: number): Promise<void>;
  invoke(name: string, args: Properties): Promise<Properties>;
  list(
    token: string,
    query: Properties,
    page?: { size?: number; limit?: number; token?: string },
  ): Promise<readonly Properties[]>;
  cancel(): Promise<void>;
  close(): Promise<void>;
}

export interface State {
  readonly properties: Properties;
  readonly refreshBeforeUpdate: boolean;
}

export interface Difference {
  readonly changes: providerPb.DiffResponse.DiffChanges;
  /** `add`, `delete` or `update` by path. */
  readonly details: Properties;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export const main = programOf("build/plugin", "pulumi-resource-uko", "provider/pulumi-plugin/main.ts");
const kinds = new Map([
  [providerPb.PropertyDiff.Kind.ADD, "add"],
  [providerPb.PropertyDiff.Kind.DELETE, "delete"],
  [providerPb.PropertyDiff.Kind.UPDATE, "update"],
]);

export const urnOf = (type: string): string => `urn:pulumi:dev::keys::${type}::payroll`;

/** Starts it with this environment and no other variables of uko; calls are about one resource of this type. */
export async function startPlugin(
  environment: Readonly<Record<string, string>>,
  type = "uko:index:ManagedKey",
): Promise<Plugin> {
  const log: LogLine[] = [];
  const engine = await startEngine(log);
  const child = spawn(process.execPath, [main, engine.address], {
    env: { ...childEnv, ...environment },
  });
  let written = "";
  const keep = (text: Buffer) => {
    written += text.toString();
  };
  child.stderr?.on("data", keep);
  child.stdout?.on("data", keep);
  const port = await firstLine(child, () => written);
  // The engine reads the port with nothing before it.
  if (!/^\d+\n/.test(written)) throw new Error(`The plugin began with:\n${written}`);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = caller(client, { urn: urnOf(type), type });

  return {
    client,
    log,
    child,
    written: () => written,
    configure(args = {}) {
      const request = new providerPb.ConfigureRequest();
      request.setArgs(structOf(args));
      return unary((done) => client.configure(request, done));
    },
    beginProgram: () => engine.setRoot("urn:pulumi:dev::keys::pulumi:pulumi:Stack::keys-dev"),
    async beginRun() {
      const attach = new pluginPb.PluginAttach();
      attach.setAddress(engine.address);
      await unary<emptyPb.Empty>((done) => client.attach(attach, done));
      log.length = 0;
    },
    async check(news, olds = {}) {
      const reply = await call("check", { News: news, Olds: olds });
      return { inputs: plain(reply.getInputs()), failures: reply.getFailuresList().map((each) => each.getReason()) };
    },
    async diff(olds, news, ignoreChanges = []) {
      const reply = await call("diff", { Olds: olds, News: news, IgnorechangesList: ignoreChanges });
      const details = reply.getDetaileddiffMap().toArray();
      return {
        changes: reply.getChanges(),
        details: Object.fromEntries(
          (details as unknown as [string, providerPb.PropertyDiff][]).map(([path]) => [
            path,
            kinds.get(reply.getDetaileddiffMap().get(path)?.getKind() ?? providerPb.PropertyDiff.Kind.ADD_REPLACE),
          ]),
        ),
        replaces: reply.getReplacesList(),
        deleteBeforeReplace: reply.getDeletebeforereplace(),
      };
    },
    async create(news, preview = false) {
      const reply = await call("create", { Properties: news, Preview: preview });
      return { id: reply.getId(), ...stateIn(reply) };
    },
    async read(id, olds, inputs) {
      const reply = await call("read", { Id: id, Properties: olds, Inputs: inputs });
      return { id: reply.getId(), inputs: plain(reply.getInputs()), ...stateIn(reply) };
    },
    async update(olds, news, preview = false) {
      return stateIn(await call("update", { Olds: olds, News: news, Preview: preview }));
    },
    async delete(olds, timeoutSeconds = 0) {
      await call("delete", { Id: "id", Properties: olds, Timeout: timeoutSeconds });
    },
    async invoke(name, args) {
      const request = new providerPb.InvokeRequest();
      request.setTok(name);
      request.setArgs(structOf(args));
      return plain((await unary<providerPb.InvokeResponse>((done) => client.invoke(request, done))).getReturn());
    },
    async list(token, query, page = {}) {
      const request = new providerPb.ListRequest();
      request.setToken(token);
      request.setQuery(structOf(query));
      request.setPageSize(page.size ?? 0);
      request.setLimit(page.limit ?? 0);
      request.setContinuationToken(page.token ?? "");
      const found: Properties[] = [];
      for await (const reply of client.list(request))
        found.push((reply as providerPb.ListResponse).toObject() as Properties);
      return found;
    },
    async cancel() {
      await unary<emptyPb.Empty>((done) => client.cancel(new emptyPb.Empty(), done));
    },
    async close() {
      client.close();
      await endChild(child);
      engine.close();
    },
  };
}

const requests = {
  check: providerPb.CheckRequest,
  diff: providerPb.DiffRequest,
  create: providerPb.CreateRequest,
  read: providerPb.ReadRequest,
  update: providerPb.UpdateRequest,
  delete: providerPb.DeleteRequest,
} as const;

interface Replies {
  readonly check: providerPb.CheckResponse;
  readonly diff: providerPb.DiffResponse;
  readonly create: providerPb.CreateResponse;
  readonly read: providerPb.ReadResponse;
  readonly update: providerPb.UpdateResponse;
  readonly delete: emptyPb.Empty;
}

/** The fields of a request by the names of its setters; an object becomes a struct, and an undefined field stays unset. */
type Fields = Partial<
  Record<
    "Id" | "Olds" | "News" | "OldInputs" | "Properties" | "Inputs" | "Preview" | "Timeout" | "IgnorechangesList",
    unknown
  >
>;
export type Caller = <Method extends keyof Replies>(method: Method, fields: Fields) => Promise<Replies[Method]>;

/** Makes calls about one resource, as the engine does. A dynamic provider needs neither URN nor type. */
export function caller(
  client: providerGrpc.ResourceProviderClient,
  { urn, type }: { readonly urn?: string; readonly type?: string } = {},
): Caller {
  return (method, fields) => {
    const request = new requests[method]();
    for (const [name, value] of Object.entries({ Urn: urn, Type: type, ...fields })) {
      if (value === undefined) continue;
      const isStruct = typeof value === "object" && !Array.isArray(value);
      const set = (request as unknown as Readonly<Record<string, (value: unknown) => void>>)[`set${name}`];
      if (set === undefined) throw new Error(`A request to ${method} has no field ${name}.`);
      set.call(request, isStruct ? structOf(value as Properties) : value);
    }
    return unary((done) =>
      (client[method] as (request: unknown, done: unknown) => unknown).call(client, request, done),
    );
  };
}

/** Returns the response, or throws the status with its code and details. */
export function unary<Reply>(call: (done: requestCallback<Reply>) => unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    call((error, reply) => {
      if (error !== null) reject(error);
      else resolve(reply as Reply);
    });
  });
}

export async function statusOf(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error("The call went well.");
}

export function structOf(properties: Properties): structPb.Struct {
  return structPb.Struct.fromJavaScript(properties as Parameters<typeof structPb.Struct.fromJavaScript>[0]);
}

export function plain(struct: structPb.Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function stateIn(reply: { getProperties(): structPb.Struct | undefined; getRefreshBeforeUpdate(): boolean }): State {
  return { properties: plain(reply.getProperties()), refreshBeforeUpdate: reply.getRefreshBeforeUpdate() };
}

export async function startEngine(
  log: LogLine[],
): Promise<{ readonly address: string; setRoot(urn: string): void; close(): void }> {
  const server = new Server();
  let root = "";
  server.addService(engineGrpc.EngineService as never, {
    getRootResource(_call: unknown, done: (error: null, reply: enginePb.GetRootResourceResponse) => void) {
      const reply = new enginePb.GetRootResourceResponse();
      reply.setUrn(root);
      done(null, reply);
    },
    log({ request }: { request: enginePb.LogRequest }, done: (error: null, reply: emptyPb.Empty) => void) {
      const [severity, message, urn, ephemeral] = [
        request.getSeverity(),
        request.getMessage(),
        request.getUrn(),
        request.getEphemeral(),
      ];
      if (!isHostLine(message)) log.push({ severity, message, urn, ephemeral });
      done(null, new emptyPb.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const setRoot = (urn: string): void => {
    root = urn;
  };
  return { address: `127.0.0.1:${port}`, setRoot, close: () => server.forceShutdown() };
}
