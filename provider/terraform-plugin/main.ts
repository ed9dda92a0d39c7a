/**
 * Starts the executable `terraform-provider-uko`, which serves the host that started it, with `--debug` any host that
 * knows its address, or runs a command of `uko`. After a request to stop, calls in progress have between 1 second and 2
 * minutes to finish.
 */

import packageFile from "../../package.json" with { type: "json" };
import { isOwnCommand } from "../engine/text/own-commands.ts";
import { leaveWithEngine } from "../process/plugin-server.ts";
import { createSession } from "./create-session.ts";
import {
  commandOf,
  createEndpoint,
  createIdentity,
  credentialsFor,
  handshakeLine,
  isStartedByHost,
  reattachLine,
} from "./handshake.ts";
import { loadDeferred } from "./load-deferred.ts";
import { createLog } from "./log.ts";
import { createServer } from "./server.ts";

const isDebugged = process.argv.includes("--debug");
/** How long calls in progress may take after a request to stop. The host kills the process 2 seconds after that request. */
const graceMs = 1_000;
const orphanGraceMs = 10_000;
/**
 * How long calls in progress may take after a signal. A signal to the process group also stops the host, which then still
 * saves the results of its last calls.
 */
const signalledGraceMs = 120_000;

async function serve(): Promise<void> {
  const { env } = process;
  const log = createLog(
    env,
    () => new Date(),
    (line) => process.stderr.write(line),
  );
  const session = createSession(log, commandOf(process.argv[1] ?? ""));
  const endpoint = createEndpoint(env, process.platform);
  const hostCertificate = isDebugged ? undefined : env.PLUGIN_CLIENT_CERT || undefined;
  const identity = hostCertificate === undefined ? undefined : createIdentity(Date.now());

  const leave = (limitMs = graceMs): void => {
    session.stop();
    setTimeout(() => process.exit(0), limitMs).unref();
    server.tryShutdown(() => process.exit(0));
  };
  const server = createServer(session, leave);
  process.once("exit", endpoint.remove);
  process.on("SIGTERM", () => leave(signalledGraceMs));
  process.on("SIGINT", () => {
    // Ctrl-C reaches the whole process group. The host then asks this process to stop by StopProvider, and waits for
    // results to save.
    if (isDebugged) leave();
    else log.write("debug", "SIGINT is for the host to act on");
  });
  if (!isDebugged) leaveWithEngine(() => leave(orphanGraceMs));

  server.bindAsync(endpoint.bind, credentialsFor(hostCertificate, identity), (error, port) => {
    if (error !== null) fail(`cannot listen on this machine: ${error.message}`);
    const address = endpoint.address(port);
    const line = isDebugged
      ? reattachLine(endpoint, address, process.pid)
      : handshakeLine(endpoint, address, identity, env);
    process.stdout.write(`${line}\n`);
  });
}

function fail(reason: string): never {
  console.error(`terraform-provider-uko ${reason}`);
  process.exit(1);
}

if (isOwnCommand(process.argv[2])) {
  void loadDeferred().then(({ runOwnCommands }) => runOwnCommands(packageFile.version));
} else if (isDebugged || isStartedByHost(process.env)) {
  serve().catch((error: unknown) => fail(`cannot start: ${error instanceof Error ? error.message : "unknown fault"}`));
} else {
  fail(
    `${packageFile.version} is started by OpenTofu or Terraform. Name pulumi-uko/uko in required_providers, and run tofu init. It also answers commands of uko, such as approve; --help lists them.`,
  );
}
