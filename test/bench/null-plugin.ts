/** A Pulumi plugin that does nothing and answers at once: what a plugin in Node costs by itself, for comparison. */

import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

type Call<Request> = { readonly request: Request };
type Respond<Response> = (
  error: { readonly code: status; readonly message: string } | null,
  response?: Response,
) => void;

type Values = Record<string, structPb.JavaScriptValue>;

interface Stored {
  readonly id?: string;
  readonly inputs?: Values;
  readonly outputs?: Values;
  readonly refreshBeforeUpdate?: boolean;
}

const stored: Stored = JSON.parse(process.env.BENCH_STORES ?? "{}");
const isRefreshed = stored.refreshBeforeUpdate ?? false;
const isRefusing = process.env.BENCH_REFUSES === "1";
const server = new Server();
server.addService(providerGrpc.ResourceProviderService, {
  handshake(_: unknown, respond: Respond<providerPb.ProviderHandshakeResponse>) {
    respond(null, new providerPb.ProviderHandshakeResponse());
  },
  getPluginInfo(_: unknown, respond: Respond<pluginPb.PluginInfo>) {
    const info = new pluginPb.PluginInfo();
    info.setVersion("0.0.1");
    respond(null, info);
  },
  checkConfig({ request }: Call<providerPb.CheckRequest>, respond: Respond<providerPb.CheckResponse>) {
    const response = new providerPb.CheckResponse();
    response.setInputs(request.getNews());
    respond(null, response);
  },
  diffConfig: diff,
  configure(_: unknown, respond: Respond<providerPb.ConfigureResponse>) {
    const response = new providerPb.ConfigureResponse();
    response.setSupportspreview(true);
    respond(null, response);
  },
  check({ request }: Call<providerPb.CheckRequest>, respond: Respond<providerPb.CheckResponse>) {
    const response = new providerPb.CheckResponse();
    const inputs = request.getNews()?.toJavaScript() ?? {};
    response.setInputs(structPb.Struct.fromJavaScript({ ...stored.inputs, ...inputs }));
    respond(null, response);
  },
  diff,
  create({ request }: Call<providerPb.CreateRequest>, respond: Respond<providerPb.CreateResponse>) {
    const response = new providerPb.CreateResponse();
    response.setId(stored.id ?? "none");
    const inputs = request.getProperties()?.toJavaScript() ?? {};
    response.setProperties(structPb.Struct.fromJavaScript({ ...stored.outputs, ...inputs }));
    response.setRefreshBeforeUpdate(isRefreshed);
    respond(null, response);
  },
  read({ request }: Call<providerPb.ReadRequest>, respond: Respond<providerPb.ReadResponse>) {
    const response = new providerPb.ReadResponse();
    response.setId(request.getId());
    response.setProperties(request.getProperties());
    response.setInputs(request.getInputs());
    response.setRefreshBeforeUpdate(isRefreshed);
    respond(null, response);
  },
  update({ request }: Call<providerPb.UpdateRequest>, respond: Respond<providerPb.UpdateResponse>) {
    const response = new providerPb.UpdateResponse();
    response.setProperties(request.getNews());
    response.setRefreshBeforeUpdate(isRefreshed);
    respond(null, response);
  },
  delete(_: unknown, respond: Respond<emptyPb.Empty>) {
    if (isRefusing) respond({ code: status.FAILED_PRECONDITION, message: "The deletion waits" });
    else respond(null, new emptyPb.Empty());
  },
  cancel(_: unknown, respond: Respond<emptyPb.Empty>) {
    respond(null, new emptyPb.Empty());
  },
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});

function diff(_: unknown, respond: Respond<providerPb.DiffResponse>): void {
  const response = new providerPb.DiffResponse();
  response.setChanges(providerPb.DiffResponse.DiffChanges.DIFF_NONE);
  respond(null, response);
}
