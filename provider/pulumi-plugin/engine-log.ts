/**
 * Messages to people through the engine, because a plugin's own output is hidden. A message never
 * changes the run, so only evidence that the engine does not receive is an error.
 */

import { type ChannelOptions, credentials, Metadata } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

export interface EngineLog {
  /** A line on the resource's row, replaced by the next one; removed at the end. */
  status(urn: string, line: string): void;
  /**
   * Kept under the resource, or under the stack if no URN is passed; resolves once the engine has
   * received it.
   */
  warn(line: string, urn?: string): Promise<void>;
  /** Kept under the stack. */
  note(line: string): void;
  /** The same, but rejects if the engine has not received it. */
  evidence(line: string): Promise<void>;
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
    close: () => client.close(),
  };
}
