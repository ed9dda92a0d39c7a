/**
 * A host like OpenTofu: starts the provider in a process of its own, presents a certificate, checks the
 * other, and calls.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { create, type DescService, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { type ChannelCredentials, Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { generate } from "selfsigned";
import { definitionOf } from "../../provider/terraform-plugin/grpc-service.ts";
import { magicCookie } from "../../provider/terraform-plugin/handshake.ts";
import { GRPCController } from "../../provider/terraform-plugin/protocol/go-plugin_pb.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { programOf } from "../support/built.ts";
import { childEnv, firstLine } from "../support/child-env.ts";

type Environment = Readonly<Record<string, string>>;

/** The calls of a service that answer with one message. */
export type Calls<Service extends DescService> = {
  readonly [Name in keyof Service["method"]]: (
    request?: MessageInitShape<Service["method"][Name]["input"]>,
  ) => Promise<MessageShape<Service["method"][Name]["output"]>>;
};

export interface Certificate {
  readonly private: string;
  readonly cert: string;
}

export interface Host {
  readonly child: ChildProcess;
  /** The handshake line's fields. */
  readonly fields: readonly string[];
  readonly provider: Calls<typeof Provider>;
  readonly controller: Calls<typeof GRPCController>;
  /** The output of the process on standard error. */
  log(): string;
  /** Resolves with the exit code once the process is gone. */
  ended(): Promise<number | null>;
  close(): Promise<void>;
}

export const main = programOf("build/terraform", "terraform-provider-uko", "provider/terraform-plugin/main.ts");

let certificateOfHosts: Promise<Certificate> | undefined;

/** One for all hosts of a process, since its generation takes long. */
function ownCertificate(): Promise<Certificate> {
  certificateOfHosts ??= createCertificate();
  return certificateOfHosts;
}

/** As go-plugin makes it for each plugin (mtls.go). */
export function createCertificate(): Promise<Certificate> {
  return generate([{ name: "commonName", value: "localhost" }], { keyType: "ec", curve: "P-521", algorithm: "sha512" });
}

/** The provider, and where it is started. */
export interface Place {
  /** A script for this Node. */
  readonly program?: string;
  /** Instead of a script: the executable of a release. */
  readonly executable?: string;
  readonly cwd?: string;
}

/** Starts the provider with this environment and no other variables of uko. `certificate: null` leaves TLS out. */
export async function startHost(
  environment: Environment = {},
  certificate?: Certificate | null,
  place: Place = {},
): Promise<Host> {
  const own = certificate === undefined ? await ownCertificate() : certificate;
  const child = startProvider({ ...environment, ...(own !== null && { PLUGIN_CLIENT_CERT: own.cert }) }, place);
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const fields = (await firstLine(child, () => log)).split("|");
  const client = connect(fields, own);
  return {
    child,
    fields,
    provider: callsOf(client, Provider),
    controller: callsOf(client, GRPCController),
    log: () => log,
    ended: () => ended,
    async close() {
      client.close();
      // If killed at once, it would leave its socket behind.
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

export function startProvider(environment: Environment, { program = main, executable, cwd }: Place = {}): ChildProcess {
  const [command, words] = executable === undefined ? [process.execPath, [program]] : [executable, []];
  return spawn(command, words, {
    cwd,
    env: {
      ...childEnv,
      TF_PLUGIN_MAGIC_COOKIE: magicCookie,
      PLUGIN_PROTOCOL_VERSIONS: "5,6",
      ...environment,
    },
  });
}

/** A connection as the host makes it: the certificate in the line is the only trusted one. */
export function connect(fields: readonly string[], own: Certificate | null): Client {
  const [, , network = "", address = "", , certificate = ""] = fields;
  const target = network === "unix" ? `unix:${address}` : address;
  const channel: ChannelCredentials =
    own === null
      ? credentials.createInsecure()
      : credentials.createSsl(pemOf(certificate), Buffer.from(own.private), Buffer.from(own.cert));
  return new Client(target, channel, {
    "grpc.ssl_target_name_override": "localhost",
    "grpc.default_authority": "localhost",
  });
}

export function callsOf<Service extends DescService>(client: Client, service: Service): Calls<Service> {
  const definition = definitionOf(service);
  const calls = service.methods.map(({ localName, input }) => {
    const method = definition[localName];
    const call = (init: MessageInitShape<typeof input> = {}) =>
      new Promise((resolve, reject) => {
        if (method === undefined) throw new Error(`There is no ${localName}`);
        client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          create(input, init),
          (error: ServiceError | null, reply: unknown) => (error === null ? resolve(reply) : reject(error)),
        );
      });
    return [localName, call] as const;
  });
  return Object.fromEntries(calls) as unknown as Calls<Service>;
}

function pemOf(derInBase64: string): Buffer {
  const lines = derInBase64.match(/.{1,64}/g)?.join("\n") ?? "";
  const padding = "=".repeat((4 - (derInBase64.length % 4)) % 4);
  return Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines}${padding}\n-----END CERTIFICATE-----\n`);
}
