/**
 * Serves Pulumi's gRPC service ResourceProvider, and passes each call to its implementation. The engine sends `cancel`
 * at the end of each run, also of a successful one: then the service writes warnings about the run as a whole.
 */

import type { ChannelOptions, handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { asUkoError, UkoError } from "../errors.ts";
import { streamed } from "../process/plugin-server.ts";
import { checkConfig, configure, diffConfig } from "./configuration.ts";
import { engineCommand } from "./engine-command.ts";
import { failureOf, type RpcFailure } from "./grpc-status.ts";
import { check, create, diff, list, read, remove, update } from "./resources.ts";
import { loadDeferred, type PulumiSession } from "./session.ts";
import { readProperties, writeProperties } from "./values.ts";

/**
 * The options of the server, as in the servers of Pulumi's SDK: messages of up to 400 MiB, and no call is dropped because
 * a busy process responded late.
 */
export const channelOptions: ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
  "grpc.server_max_unrequested_time_in_server": 1800,
  // No client asks for these statistics of calls.
  "grpc.enable_channelz": 0,
};

/**
 * An engine without this feature shows the step before last in its preview and state. Deletions stay safe, because each
 * one reads its key first, so the provider only warns.
 */
const noRefresh = [
  "This Pulumi CLI does not read a key before each run, so its previews and state can be out of date",
  "  It is older than 3.249.0, or PULUMI_DISABLE_REFRESH_BEFORE_UPDATE is set. A deletion still reads its key first.",
  "  Next: update the Pulumi CLI, unset that variable, or add --refresh to each command.",
].join("\n");

const mappingKey = "terraform";
/** The provider's name in Terraform. */
const terraformName = "uko";

export function createService(session: PulumiSession, version: string): UntypedServiceImplementation {
  const failed = (error: unknown): RpcFailure => toServiceError(error, session);
  const respond = responder(failed);
  return {
    handshake: respond(async (request: providerPb.ProviderHandshakeRequest) => {
      if (request.getEngineAddress() !== "") session.attach(request.getEngineAddress());
      if (!request.getSupportsRefreshBeforeUpdate()) await session.log.warn(noRefresh);
      const response = new providerPb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      response.setAcceptOutputs(true);
      response.setAcceptsOutputsInInvoke(true);
      return response;
    }),
    attach: respond(async (request: pluginPb.PluginAttach) => {
      session.attach(request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: respond(async () => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    getSchema: respond(async () => {
      const { packageSchema } = await loadDeferred();
      const response = new providerPb.GetSchemaResponse();
      response.setSchema(JSON.stringify({ ...packageSchema, version }));
      return response;
    }),
    getMapping: respond((request: providerPb.GetMappingRequest) => getMapping(request, version)),
    getMappings: respond(async (request: providerPb.GetMappingsRequest) => {
      const response = new providerPb.GetMappingsResponse();
      if (request.getKey() === mappingKey) response.setProvidersList([terraformName]);
      return response;
    }),
    checkConfig: respond(checkConfig),
    diffConfig: respond(diffConfig),
    configure: respond((request: providerPb.ConfigureRequest) => configure(session, request)),
    check: respond((request: providerPb.CheckRequest) => check(session, request)),
    diff: respond((request: providerPb.DiffRequest) => diff(session, request)),
    create: respond((request: providerPb.CreateRequest) => create(session, request)),
    read: respond((request: providerPb.ReadRequest) => read(session, request)),
    update: respond((request: providerPb.UpdateRequest) => update(session, request)),
    delete: respond(async (request: providerPb.DeleteRequest) => {
      await remove(session, request);
      return new emptyPb.Empty();
    }),
    list: streamed((request: providerPb.ListRequest, signal) => list(session, request, signal), failed),
    invoke: respond((request: providerPb.InvokeRequest) => invoke(session, request)),
    // Sent at every normal end, too, so it has to be quick and must not end the process before it
    // has responded.
    cancel: respond(async () => {
      session.cancel();
      await reportEnd(session);
      return new emptyPb.Empty();
    }),
  };
}

/** Reports at the end of a run its counts, and what it read of resources that it did not change. */
async function reportEnd({ memory, log }: PulumiSession): Promise<void> {
  for (const warning of memory.takeAllRemoved()) await log.warn(warning);
  const command = engineCommand(process.ppid);
  // A program whose last resource of uko was removed calls no Check, and neither does one whose provider was changed: then
  // another process of this provider serves it.
  const mayBeDeclared = !memory.hasWanted() && command !== "destroy" && (await log.hasProgram());
  const { warnings, isCertain, previews } = memory.takeAllAhead(command === "destroy" || mayBeDeclared);
  for (const [urn, warning] of warnings) await log.warn(warning, urn);
  const [stopped, unreached, unread] = [memory.takeStopped(), memory.countUnreached(), memory.takeUnread()];
  // Most runs have nothing more to say, and then need none of the sentences.
  if (previews.length + stopped.length + unreached + unread === 0) return;
  const { sayAhead, sayStopped, sayUnreached, sayUnreadInAll } = await loadDeferred();
  const unless = [
    ...(mayBeDeclared ? ["another provider of the program declares them"] : []),
    // The engine deletes nothing if the program ends with an error, and a failed function most likely ended it.
    ...(memory.hasFailedFunction() ? ["the program ended with an error"] : []),
  ];
  for (const line of [...sayAhead(previews, isCertain, unless), ...stopped.map(sayStopped)]) await log.warn(line);
  if (unreached > 0) await log.warn(sayUnreached(unreached));
  if (unread > 0) await log.warn(sayUnreadInAll(unread));
}

/** Returns the mapping that `pulumi convert --from terraform` requests. An empty response means that there is none. */
async function getMapping(
  request: providerPb.GetMappingRequest,
  version: string,
): Promise<providerPb.GetMappingResponse> {
  const response = new providerPb.GetMappingResponse();
  if (request.getKey() !== mappingKey || !["", terraformName].includes(request.getProvider())) return response;
  const { terraformMapping } = await loadDeferred();
  response.setProvider(terraformName);
  response.setData(Buffer.from(JSON.stringify({ ...terraformMapping, version })));
  return response;
}

/**
 * Calls a function of the package. Throws UKO_INPUT_INVALID for a function or arguments that this release does not have.
 */
async function invoke(session: PulumiSession, request: providerPb.InvokeRequest): Promise<providerPb.InvokeResponse> {
  const { ask } = await session.handlers();
  const name = /^uko:index:(?<name>\w+)$/.exec(request.getTok())?.groups?.name ?? "";
  if (!Object.hasOwn(ask, name)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `This package has no function ${request.getTok()}`,
      detail: `It has ${Object.keys(ask)
        .map((each) => `uko:index:${each}`)
        .join(", ")}.`,
    });
  }
  const { value: args, mask } = readProperties(request.getArgs());
  const options = { signal: session.signal, warn: (line: string) => void session.log.warn(line) };
  const result = await ask[name as keyof typeof ask](args, options).catch((error: unknown) => {
    session.memory.noteFailedFunction();
    throw error;
  });
  const response = new providerPb.InvokeResponse();
  // If a query contains a secret, its whole result is secret.
  response.setReturn(writeProperties({ ...result }, mask === undefined ? undefined : true));
  return response;
}

function responder(failed: (error: unknown) => RpcFailure) {
  return <Request, Response>(call: (request: Request) => Promise<Response>): handleUnaryCall<Request, Response> =>
    ({ request }, callback) => {
      call(request).then(
        (response) => callback(null, response),
        (error: unknown) => callback(failed(error)),
      );
    };
}

/** The error for the engine. What an earlier error of the run has explained, such as a refused credential, is left out. */
function toServiceError(thrown: unknown, { memory }: PulumiSession): RpcFailure {
  const isStatus = typeof thrown === "object" && thrown !== null && "details" in thrown && "code" in thrown;
  if (isStatus) return thrown as RpcFailure;
  const error = asUkoError(thrown);
  const { code, summary, message } = error;
  return failureOf(code, memory.isRepeated(error) ? `${summary} [${code}]` : message);
}
