/**
 * Starts the executable `pulumi-resource-uko`, which serves the engine that started it, or runs a command of `uko`. On
 * Linux it accepts connections from the same operating-system user only, and does not start if it cannot find out who
 * connects.
 */

import { Server, ServerCredentials } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import packageFile from "../../package.json" with { type: "json" };
import { isOwnCommand } from "../engine/text/own-commands.ts";
import { leaveWithEngine } from "../process/plugin-server.ts";
import { listenForSameUser, whyPeerTableIsUnreadable } from "../process/same-user.ts";
import { channelOptions, createService } from "./service.ts";
import { createSession, loadDeferred } from "./session.ts";

const refusal =
  "Another user of this machine tried to connect to the provider and was refused. The provider accepts only the user that runs it";

const graceMs = 10_000;

if (isOwnCommand(process.argv[2]))
  void loadDeferred().then(({ runOwnCommands }) => runOwnCommands(packageFile.version));
else serve();

function serve(): void {
  const session = createSession(channelOptions);
  // Only the engine on this machine may call. It passes its own address as the last argument.
  const engineAddress = process.argv
    .slice(2)
    .filter((argument) => !argument.startsWith("-"))
    .at(-1);
  if (engineAddress !== undefined) session.attach(engineAddress);

  const server = new Server(channelOptions);
  server.addService(providerGrpc.ResourceProviderService, createService(session, packageFile.version));
  const blindness = whyPeerTableIsUnreadable();
  if (blindness !== undefined) fail(blindness);
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  let isRefusalTold = false;
  listenForSameUser(
    (socket) => connections.injectConnection(socket),
    () => {
      if (!isRefusalTold) void session.log.warn(refusal);
      isRefusalTold = true;
    },
  ).then(
    ({ port }) => process.stdout.write(`${port}\n`),
    (error: Error) => fail(error.message),
  );

  /**
   * Exits on a signal, which the engine sends after it has canceled. Requests that were sent have their responses by
   * then, or the next run finds their effects.
   */
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));

  if (engineAddress === undefined) return;
  leaveWithEngine(() => {
    session.cancel();
    setTimeout(() => process.exit(0), graceMs).unref();
    server.tryShutdown(() => process.exit(0));
  });
}

function fail(why: string): never {
  console.error(`pulumi-resource-uko cannot listen on this machine: ${why}`);
  process.exit(1);
}
