/** A stand-in for IBM's provider: the engine reads its schema before it moves a resource. Any other call is a fault. */

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { addService } from "../../../../provider/terraform-plugin/grpc-service.ts";
import { Provider } from "../../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";

export interface IbmStandIn extends AsyncDisposable {
  /** By which the engine finds it. */
  readonly env: { readonly TF_REATTACH_PROVIDERS: string };
}

const text = new TextEncoder().encode(JSON.stringify("string"));

export async function startIbmStandIn(typeNames: readonly string[]): Promise<IbmStandIn> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-ibm-"));
  const socket = path.join(folder, "ibm.sock");
  const server = new Server();
  const id = { name: "id", type: text, computed: true };
  const schema = { block: { attributes: [id] } };
  addService(server, Provider, {
    getProviderSchema: async () => ({
      provider: { block: {} },
      resourceSchemas: Object.fromEntries(typeNames.map((name) => [name, schema])),
    }),
    getResourceIdentitySchemas: async () => ({}),
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  const place = {
    ...{ Protocol: "grpc", ProtocolVersion: 6, Pid: process.pid, Test: true },
    Addr: { Network: "unix", String: socket },
  };
  return {
    env: { TF_REATTACH_PROVIDERS: JSON.stringify({ "registry.opentofu.org/ibm-cloud/ibm": place }) },
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
