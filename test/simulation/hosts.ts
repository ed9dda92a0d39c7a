/**
 * The provider of each interface within this process: the calls of Pulumi's and of OpenTofu's protocol reach the code that serves them,
 * and only the connection between two processes is left out. The engines in little of test/contracts make the calls.
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { runtime } from "@pulumi/pulumi";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { openHandlers, type StoredSettings } from "../../provider/compose/engines.ts";
import type { Outputs } from "../../provider/compose/world.ts";
import { asUkoError } from "../../provider/errors.ts";
import { createResourceProvider } from "../../provider/pulumi-dynamic/resource-provider.ts";
import { createRunMemory } from "../../provider/pulumi-plugin/run-memory.ts";
import { createService } from "../../provider/pulumi-plugin/service.ts";
import type { PulumiSession } from "../../provider/pulumi-plugin/session.ts";
import { type ResourceName, resourceNames } from "../../provider/resources/registry.ts";
import { createSession } from "../../provider/terraform-plugin/create-session.ts";
import { diagnosticOf } from "../../provider/terraform-plugin/diagnostics.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import * as calls from "../../provider/terraform-plugin/rpc/calls.ts";
import type { TerraformSession } from "../../provider/terraform-plugin/session.ts";
import { callsOn, type ProviderCalls, revealed } from "../contracts/interfaces/support/wire/pulumi-provider.ts";
import { type LogLine, type Properties, startEngine } from "../pulumi-plugin/engine.ts";
import type { Calls, Host } from "../terraform-plugin/host.ts";

type PulumiHost = ProviderCalls & { readonly log: readonly LogLine[] };

/** The package, as the plugin serves it. */
export function openPackage(outputs: Outputs): PulumiHost {
  const log: LogLine[] = [];
  const warn = async (message: string, urn = ""): Promise<void> => {
    log.push({ severity: enginePb.LogSeverity.WARNING, message, urn, ephemeral: false });
  };
  const stop = new AbortController();
  let settings: StoredSettings = {};
  const handlers = openHandlers(() => settings, outputs, { rerun: "pulumi destroy" });
  const session: PulumiSession = {
    attach() {},
    configure(given) {
      settings = given;
    },
    handlers: async () => handlers,
    log: { status() {}, warn, note() {}, async evidence() {}, hasProgram: async () => true, close() {} },
    memory: createRunMemory(),
    signal: stop.signal,
    cancel: () => stop.abort(),
  };
  const served = Object.entries(createService(session, "0.0.0")).map(([name, serve]) => {
    const call = (request: unknown, done: (error: object | null, reply?: unknown) => void): void =>
      (serve as (call: object, done: (error: object | null, reply?: unknown) => void) => void)({ request }, done);
    return [name, call];
  });
  return { ...callsOn(Object.fromEntries(served) as providerGrpc.ResourceProviderClient, "package"), log };
}

/** Where the dynamic providers of this process send what they say. */
const dynamicLog: LogLine[] = [];

/** Connects Pulumi's library, of which a process has one, to an engine that keeps what it hears. */
export async function connectDynamic(): Promise<{ close(): void }> {
  const engine = await startEngine(dynamicLog);
  runtime.resetOptions("project", "stack", -1, engine.address, "", false, "");
  return engine;
}

/** The npm package's dynamic providers, as Pulumi's own process calls them. */
export function openDynamic(outputs: Outputs, settings: StoredSettings = {}): PulumiHost {
  dynamicLog.length = 0;
  const { resources } = openHandlers(() => settings, outputs, { rerun: "pulumi destroy" });
  const providerFor = (kind: ResourceName) =>
    createResourceProvider(resources[kind] as never, () => {}) as Required<ReturnType<typeof createResourceProvider>>;
  // One for each kind, since it remembers what the run has shown.
  const providers = new Map(resourceNames.map((kind) => [kind.toLowerCase(), providerFor(kind)]));
  const providerOf = ({ type }: { readonly type: string }) => {
    const found = providers.get(type.split(":").at(-1)?.toLowerCase() ?? "");
    if (found === undefined) throw new Error(`There is no resource ${type}.`);
    return found;
  };
  const sent = (properties: Properties) => revealed(properties) as Record<string, unknown>;
  /** Pulumi's process keeps the text with which it finds the provider again. */
  const withProvider = (values: Properties | undefined, { __provider }: Properties) => ({ ...values, __provider });
  const refreshBeforeUpdate = false;
  return {
    log: dynamicLog,
    configure: async () => [],
    async check(target, news, olds) {
      const { inputs, failures = [] } = await providerOf(target).check(sent(olds), sent(news));
      return { inputs: withProvider(inputs, news), failures: failures.map(({ reason }) => reason) };
    },
    async differs(stored, news) {
      const { changes = false } = await providerOf(stored).diff(stored.id, sent(stored.outputs), sent(news));
      return changes;
    },
    async create(target, inputs) {
      const { id, outs } = await providerOf(target).create(sent(inputs));
      return { id, outputs: withProvider(outs, inputs), refreshBeforeUpdate };
    },
    async update(stored, inputs) {
      const { outs } = await providerOf(stored).update(stored.id, sent(stored.outputs), sent(inputs));
      return { outputs: withProvider(outs, inputs), refreshBeforeUpdate };
    },
    async read(stored) {
      const { id, props } = await providerOf(stored).read(stored.id, sent(stored.outputs));
      const { inputs } = stored;
      if (id === "" || id === undefined) return undefined;
      return { id, inputs, outputs: withProvider(props, stored.outputs), refreshBeforeUpdate };
    },
    delete: (stored) => providerOf(stored).delete(stored.id, sent(stored.outputs)),
    async cancel() {},
  };
}

/** OpenTofu's provider, as the server calls it. */
export function openTofu(outputs: Outputs): Pick<Host, "provider"> {
  const log: TerraformSession["log"] = { write() {}, evidence() {} };
  const session = createSession(log, "tofu");
  let settings: StoredSettings | undefined;
  const handlers = openHandlers(() => settings, outputs, { rerun: "tofu destroy" });
  const { configure } = session;
  session.configure = (given) => {
    settings = given;
    configure(given);
  };
  session.handlers = async () => handlers;
  const served = Object.entries(calls).map(([name, call]) => {
    const { input, output } = Provider.method[name as keyof typeof calls];
    const serve = call as (session: TerraformSession, request: unknown) => Promise<object>;
    return [
      name,
      async (init: MessageInitShape<typeof input> = {}) => {
        const failed = (error: unknown): object => ({
          diagnostics: [diagnosticOf(error, [], session.memory.isRepeated(asUkoError(error)))],
        });
        return create(output, await serve(session, create(input, init)).catch(failed));
      },
    ] as const;
  });
  return { provider: Object.fromEntries(served) as unknown as Calls<typeof Provider> };
}
