/** The services of this process: the provider, and the few that go-plugin requires in addition. */

import { Server } from "@grpc/grpc-js";
import { addService } from "./grpc-service.ts";
import { GRPCController, GRPCStdio } from "./protocol/go-plugin_pb.ts";
import { Health, HealthCheckResponse_ServingStatus } from "./protocol/health_pb.ts";
import { Provider } from "./protocol/tfplugin6_pb.ts";
import { providerAnswers } from "./provider-answers.ts";
import type { Session } from "./session.ts";

/** The host limits neither side, and a state may be large. It asks for no statistics of calls (channelz). */
const channelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.enable_channelz": 0,
};

/** `shutDown` is called once its response is on its way. */
export function createServer(session: Session, shutDown: () => void): Server {
  const server = new Server(channelOptions);
  addService(server, Provider, providerAnswers(session));
  addService(server, GRPCController, {
    async shutdown() {
      setImmediate(shutDown);
      return {};
    },
  });
  addService(server, Health, {
    check: async () => ({ status: HealthCheckResponse_ServingStatus.SERVING }),
  });
  // This stream sends nothing: messages for people are diagnostics, and the rest goes to the log.
  addService(server, GRPCStdio, { async *streamStdio() {} });
  return server;
}
