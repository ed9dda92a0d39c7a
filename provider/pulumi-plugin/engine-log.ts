/**
 * Sends messages for people, and with `UKO_EVIDENCE=log` also evidence, to the engine, because the output of the plugin
 * is hidden. A lost message does not change the run, but a lost line of evidence fails it, so that no further step is
 * taken without evidence.
 */

import { type ChannelOptions, credentials, Metadata } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

export interface EngineLog {
  /** Shows a line on the row of the resource. The next line replaces it, and it is removed at the end. */
  status(urn: string, line: string): void;
  /**
   * Shows a line that stays under the resource, or under the stack without a URN. Resolves when the engine has received
   * it.
   */
  warn(line: string, urn?: string): Promise<void>;
  /** Shows a line that stays under the stack. */
  note(line: string): void;
  /** Shows a line that stays under the stack. Rejects if the engine has not received it. */
  evidence(line: string): Promise<void>;
  /** Whether a program runs, as far as its language tells the engine. A destroy and a refresh run none. */
  hasProgram(): Promise<boolean>;
  close(): void;
}

const responseLimitMs = 5_000;

export function createEngineLog(address: string, options: ChannelOptions): EngineLog {
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure(), options);
  const send = (severity: enginePb.LogSeverity, message: string, urn = "", ephemeral = false): Promise<Error | null> =>
    new Promise((resolve) => {
      const request = new enginePb.LogRequest();
      request.setSeverity(severity);
      request.setMessage(message);
      request.setUrn(urn);
      request.setEphemeral(ephemeral);
      const call = client.log(request, new Metadata(), {}, (error) => {
        clearTimeout(timer);
        resolve(error);
      });
      const timer = setTimeout(() => call.cancel(), responseLimitMs);
    });
  return {
    status: (urn, line) => void send(enginePb.LogSeverity.INFO, line, urn, true),
    async warn(line, urn) {
      await send(enginePb.LogSeverity.WARNING, line, urn);
    },
    note: (line) => void send(enginePb.LogSeverity.INFO, line),
    async evidence(line) {
      const error = await send(enginePb.LogSeverity.INFO, line);
      if (error !== null) throw error;
    },
    hasProgram: () =>
      new Promise((resolve) => {
        const call = client.getRootResource(new enginePb.GetRootResourceRequest(), (error, response) => {
          clearTimeout(timer);
          resolve(error === null && response.getUrn() !== "");
        });
        const timer = setTimeout(() => call.cancel(), responseLimitMs);
      }),
    close: () => client.close(),
  };
}
