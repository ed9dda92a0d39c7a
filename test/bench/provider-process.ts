/** Measures a provider's process as its host sees it: from its start to its line and to its first response, and how much it holds when idle. */

import { setTimeout as delay } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { Client, credentials } from "@grpc/grpc-js";
import { generate } from "selfsigned";
import { definitionOf } from "../../provider/terraform-plugin/grpc-service.ts";
import { magicCookie } from "../../provider/terraform-plugin/handshake.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { pemOf } from "../../provider/x509/certificates.ts";
import { end, measureStarts, type NodeArguments, residentMiB, start } from "./processes.ts";

export interface ProviderFigures {
  /** From the start to the handshake line, one for each start. */
  readonly lineMs: readonly number[];
  /** From the start to the schema, which is what a host asks for first. */
  readonly responseMs: readonly number[];
  readonly idleMiB: number;
}

interface Certificate {
  readonly private: string;
  readonly cert: string;
}

const starts = 15;
const idleAfterMs = 1_000;
/** What any program in Node costs before its first line of code does anything. */
const nodeAlone: NodeArguments = ["-e", 'process.stdout.write("here\\n"); setInterval(() => {}, 60_000);'];

export interface AllFigures {
  readonly providers: readonly ProviderFigures[];
  readonly nodeLineMs: readonly number[];
}

/** Of these executables in turn, and of Node with no program. */
export async function measureProviders(executables: readonly string[]): Promise<AllFigures> {
  const host: Certificate = await generate([{ name: "commonName", value: "localhost" }], {
    ...{ keyType: "ec", curve: "P-521", algorithm: "sha512" },
  });
  const environment = {
    PATH: process.env.PATH ?? "",
    TF_PLUGIN_MAGIC_COOKIE: magicCookie,
    PLUGIN_PROTOCOL_VERSIONS: "5,6",
    PLUGIN_CLIENT_CERT: host.cert,
  };
  const programs = executables.map((executable) => [executable]);
  const lines = await measureStarts([...programs, nodeAlone], environment, starts);
  const responses = programs.map((): number[] => []);
  for (let round = 0; round < starts; round += 1) {
    for (const [index, program] of programs.entries()) {
      const began = performance.now();
      const { child, line } = await start(program, environment);
      await askForSchema(line, host);
      responses[index]?.push(performance.now() - began);
      await end(child);
    }
  }
  const providers: ProviderFigures[] = [];
  for (const [index, program] of programs.entries()) {
    const { child } = await start(program, environment);
    await delay(idleAfterMs);
    providers.push({
      ...{ lineMs: lines[index] ?? [], responseMs: responses[index] ?? [] },
      idleMiB: residentMiB(child.pid),
    });
    await end(child);
  }
  return { providers, nodeLineMs: lines[programs.length] ?? [] };
}

/** One connection, as the host makes it: each side trusts the other's one certificate alone. */
async function askForSchema(line: string, host: Certificate): Promise<void> {
  const [, , network = "", address = "", , certificate = ""] = line.split("|");
  const trusted = Buffer.from(pemOf(Buffer.from(certificate, "base64")));
  const client = new Client(
    network === "unix" ? `unix:${address}` : address,
    credentials.createSsl(trusted, Buffer.from(host.private), Buffer.from(host.cert)),
    { "grpc.ssl_target_name_override": "localhost", "grpc.default_authority": "localhost" },
  );
  const method = definitionOf(Provider).getProviderSchema;
  if (method === undefined) throw new Error("Every provider has a schema.");
  const request = create(Provider.method.getProviderSchema.input);
  await new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      (bytes) => bytes,
      request,
      (error) => (error === null ? resolve() : reject(error)),
    );
  });
  client.close();
}
