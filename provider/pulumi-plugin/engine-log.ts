/**
 * Messages to people through the engine, because a plugin's own output is hidden. Never throws: a
 * message must not change the run.
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
  /** Shown only with `-v=9` and in the log file. */
  debug(line: string): void;
  close(): void;
}

const answerLimitMs = 5_000;

export function createEngineLog(address: string, options: ChannelOptions): EngineLog {
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure(), options);
  const send = (severity: enginePb.LogSeverity, message: string, urn = "", ephemeral = false): Promise<void> =>
    new Promise((resolve) => {
      const request = new enginePb.LogRequest();
      request.setSeverity(severity);
      request.setMessage(message);
      request.setUrn(urn);
      request.setEphemeral(ephemeral);
      const call = client.log(request, new Metadata(), {}, () => {
        clearTimeout(timer);
        resolve();
      });
      const timer = setTimeout(() => call.cancel(), answerLimitMs);
    });
  return {
    status: (urn, line) => void send(enginePb.LogSeverity.INFO, line, urn, true),
    warn: (line, urn) => send(enginePb.LogSeverity.WARNING, line, urn),
    debug: (line) => void send(enginePb.LogSeverity.DEBUG, line),
    close: () => client.close(),
  };
}
