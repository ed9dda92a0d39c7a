/** Invoke: answers a program's question and changes nothing. */

import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { UkoError } from "../errors.ts";
import type { Session } from "./session.ts";
import { readProperties, writeProperties } from "./values.ts";

/** Throws UKO_INPUT_INVALID for a function or arguments that this release does not know. */
export async function invoke(session: Session, request: providerPb.InvokeRequest): Promise<providerPb.InvokeResponse> {
  const { ask } = await session.handlers();
  const name = /^uko:index:(?<name>\w+)$/.exec(request.getTok())?.groups?.name ?? "";
  if (!Object.hasOwn(ask, name)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `This package has no function ${request.getTok()}`,
      detail: `It has ${Object.keys(ask)
        .map((each) => `uko:index:${each}`)
        .join(", ")}.`,
    });
  }
  const { value: args, mask } = readProperties(request.getArgs());
  const result = await ask[name as keyof typeof ask](args, {
    signal: session.signal,
    warn: (line) => void session.log.warn(line),
  });
  const response = new providerPb.InvokeResponse();
  // If a question contains a secret, its whole answer is secret.
  response.setReturn(writeProperties({ ...result }, mask === undefined ? undefined : true));
  return response;
}
