/** `terraform-provider-uko`: serves one host, which starts it and ends it; with `--debug` any host that is told where it is. */

import packageFile from "../../package.json" with { type: "json" };
import { createIdentity } from "./certificate.ts";
import { createSession } from "./create-session.ts";
import {
  commandOf,
  createEndpoint,
  credentialsFor,
  handshakeLine,
  isStartedByHost,
  reattachLine,
} from "./handshake.ts";
import { loadLater } from "./load-later.ts";
import { createLog } from "./log.ts";
import { createServer } from "./server.ts";

const isDebugged = process.argv.includes("--debug");
/** The host kills what is there 2 seconds after it asked; a call that is on its way has most of them. */
const graceMs = 1_000;
const watchIntervalMs = 1_000;
const orphanGraceMs = 10_000;
/** Whoever signals a whole group of processes stops the host as well, which still saves what its last calls come to. */
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
    // Ctrl-C reaches the whole group of processes; the host says by StopProvider what it means, and waits for the state.
    if (isDebugged) leave();
    else log.write("debug", "SIGINT is for the host to act on");
  });
  if (!isDebugged) leaveWithHost(() => leave(orphanGraceMs));

  server.bindAsync(endpoint.bind, credentialsFor(hostCertificate, identity), (error, port) => {
    if (error !== null) fail(`cannot listen on this machine: ${error.message}`);
    const address = endpoint.address(port);
    const line = isDebugged
      ? reattachLine(endpoint, address, process.pid)
      : handshakeLine(endpoint, address, identity, env);
    process.stdout.write(`${line}\n`);
    // The host needs a moment to connect, and asks for the schema first.
    void loadLater();
  });
}

/** A host that is gone saves nothing any more, so a wait must not outlive it and take a step that nobody sees. */
function leaveWithHost(leave: () => void): void {
  const host = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === host) return;
    clearInterval(watch);
    leave();
  }, watchIntervalMs);
  watch.unref();
}

function fail(reason: string): never {
  console.error(`terraform-provider-uko ${reason}`);
  process.exit(1);
}

if (isDebugged || isStartedByHost(process.env)) {
  serve().catch((error: unknown) => fail(`cannot start: ${error instanceof Error ? error.message : "unknown fault"}`));
} else {
  fail(
    `${packageFile.version} is started by OpenTofu or Terraform. Name pulumi-uko/uko in required_providers, and run tofu init.`,
  );
}
