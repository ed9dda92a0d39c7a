/** The built provider of one run of a Pulumi interface, in a process of its own, called over gRPC as the engine calls it. */

import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import {
  caller,
  type LogLine,
  type Properties,
  plain,
  startEngine,
  structOf,
  unary,
} from "../../../../pulumi-plugin/engine.ts";
import { compileCache, endChild, firstLine } from "../../../../support/child-env.ts";
import type { InterfaceName } from "../../interface-names.ts";

export const repository = fileURLToPath(new URL("../../../../../", import.meta.url));
const requirePulumi = createRequire(path.join(repository, "node_modules/@pulumi/pulumi/index.js"));
const withoutCompiler = fileURLToPath(new URL("without-compiler.cjs", import.meta.url));

/** The data about a resource that the engine has when it calls the provider. */
export interface Target {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** A resource's part of the state, with secrets as the wire marks them. */
export interface Stored extends Target {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly refreshBeforeUpdate: boolean;
  /** Names of the resources that this one needs. */
  readonly needs: readonly string[];
}

type ProviderReply = Pick<Stored, "id" | "outputs" | "refreshBeforeUpdate">;

/** The calls of the protocol. */
export interface ProviderCalls {
  configure(settings: Properties): Promise<readonly string[]>;
  check(
    target: Target,
    news: Properties,
    olds: Properties,
  ): Promise<{ inputs: Properties; failures: readonly string[] }>;
  differs(stored: Stored, news: Properties): Promise<boolean>;
  create(target: Target, inputs: Properties, isPreview: boolean): Promise<ProviderReply>;
  update(stored: Stored, inputs: Properties, isPreview: boolean): Promise<Omit<ProviderReply, "id">>;
  /** Undefined if the resource is gone. */
  read(stored: Stored): Promise<(ProviderReply & { readonly inputs: Properties }) | undefined>;
  delete(stored: Stored): Promise<void>;
  /** Sent at each end of a run. */
  cancel(): Promise<void>;
}

export interface Provider extends ProviderCalls {
  readonly child: ChildProcess;
  readonly log: readonly LogLine[];
  /** The output of the process on both streams. */
  written(): string;
  close(): Promise<void>;
}

export async function startProvider(
  userInterface: Exclude<InterfaceName, "terraform">,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Provider> {
  const log: LogLine[] = [];
  const engine = await startEngine(log);
  const program =
    userInterface === "package"
      ? [path.join(repository, "build/plugin/pulumi-resource-uko")]
      : ["--require", withoutCompiler, requirePulumi.resolve("@pulumi/pulumi/cmd/dynamic-provider")];
  const child = spawn(process.execPath, [...program, engine.address], {
    cwd: folder,
    env: { ...env, NODE_COMPILE_CACHE: compileCache },
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => {
      written += text.toString();
    });
  }
  const port = await firstLine(child, () => written);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());

  return {
    ...callsOn(client, userInterface),
    child,
    log,
    written: () => written,
    async close() {
      client.close();
      await endChild(child);
      engine.close();
    },
  };
}

/** The calls through a client, with what the engine does to secrets. */
export function callsOn(
  client: providerGrpc.ResourceProviderClient,
  userInterface: Exclude<InterfaceName, "terraform">,
): ProviderCalls {
  /** The dynamic provider cannot read the mark of a secret, so the engine takes it off. */
  const sent = (properties: Properties) =>
    userInterface === "package" ? properties : (revealed(properties) as Properties);
  const before = ({ id, inputs, outputs }: Stored) => ({ Id: id, Olds: sent(outputs), OldInputs: sent(inputs) });
  const about = (target: Target) => caller(client, target);

  return {
    async configure(settings) {
      if (userInterface === "package") {
        const check = new providerPb.CheckRequest();
        check.setUrn("urn:pulumi:dev::keys::pulumi:providers:uko::default");
        check.setNews(structOf(settings));
        const checked = await unary<providerPb.CheckResponse>((done) => client.checkConfig(check, done));
        const failures = checked.getFailuresList().map((each) => each.getReason());
        if (failures.length > 0) return failures;
      }
      const request = new providerPb.ConfigureRequest();
      request.setAcceptsecrets(true);
      request.setArgs(structOf(sent(settings)));
      const refused = await unary((done) => client.configure(request, done)).then(
        () => undefined,
        (error: ServiceError) => error.details,
      );
      return [refused ?? []].flat();
    },
    async check(target, news, olds) {
      const reply = await about(target)("check", { News: sent(news), Olds: sent(olds) });
      const failures = reply.getFailuresList().map((each) => each.getReason());
      return { inputs: withRemark(plain(reply.getInputs()), news), failures };
    },
    async differs(stored, news) {
      const reply = await about(stored)("diff", { ...before(stored), News: sent(news) });
      if (reply.getReplacesList().length > 0) throw new Error(`${stored.urn} would be replaced.`);
      return reply.getChanges() === providerPb.DiffResponse.DiffChanges.DIFF_SOME;
    },
    async create(target, inputs, isPreview) {
      const reply = await about(target)("create", { Properties: sent(inputs), Preview: isPreview });
      return { id: reply.getId(), ...replyOf(reply, inputs) };
    },
    async update(stored, inputs, isPreview) {
      const fields = { ...before(stored), News: sent(inputs), Preview: isPreview };
      return replyOf(await about(stored)("update", fields), inputs);
    },
    async read(stored) {
      const { id, outputs } = stored;
      const reply = await about(stored)("read", { Id: id, Properties: sent(outputs), Inputs: sent(stored.inputs) });
      if (reply.getId() === "") return undefined;
      // The dynamic provider keeps the inputs that it was sent.
      const inputs = userInterface === "package" ? plain(reply.getInputs()) : stored.inputs;
      return { id: reply.getId(), inputs, ...replyOf(reply, stored.inputs) };
    },
    async delete(stored) {
      const { id, outputs, inputs } = stored;
      await about(stored)("delete", { Id: id, Properties: sent(outputs), OldInputs: sent(inputs) });
    },
    async cancel() {
      // As the engine does, it goes on without a provider that was killed.
      await unary((done) => client.cancel(new emptyPb.Empty(), done)).catch(() => {});
    },
  };

  function replyOf(
    reply: { getProperties(): Parameters<typeof plain>[0]; getRefreshBeforeUpdate(): boolean },
    inputs: Properties,
  ): Omit<ProviderReply, "id"> {
    return {
      outputs: withRemark(plain(reply.getProperties()), inputs),
      refreshBeforeUpdate: reply.getRefreshBeforeUpdate(),
    };
  }

  /** If a provider does not support secrets, the engine marks the values again that were secret when it sent them. */
  function withRemark(properties: Properties, sentAs: Properties): Properties {
    if (userInterface === "package") return properties;
    return Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, isSecret(sentAs[name]) ? secretOf(value) : value]),
    );
  }
}

const signKey = "4dabf18193072939515e22adb298388d";
const secretSign = "1b47061264138c4ac30d75fd1eb44270";

export const secretOf = (value: unknown): Properties => ({ [signKey]: secretSign, value });

export function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && (value as Properties)[signKey] === secretSign;
}

/** The value without the marks of secrets in it. */
export function revealed(value: unknown): unknown {
  return mapSecrets(value, (secret) => revealed(secret.value));
}

/** The value with `change` applied to each secret in it. */
export function mapSecrets(value: unknown, change: (secret: { readonly value: unknown }) => unknown): unknown {
  if (isSecret(value)) return change(value);
  if (Array.isArray(value)) return value.map((each) => mapSecrets(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapSecrets(each, change)]));
}
