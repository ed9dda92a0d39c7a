/**
 * Turns the description of a protocol (Terraform's or go-plugin's), as protobuf-es compiles it, into a service that
 * grpc-js can serve. The service has the paths of the calls and the encoding of their messages.
 */

import {
  create,
  type DescMessage,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type handleUnaryCall,
  type Server,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { streamed } from "../process/plugin-server.ts";

type Method = { readonly methodKind: string; readonly input: DescMessage; readonly output: DescMessage };

/** The handler of a call. It returns one message, or several until the signal shows that the client has disconnected. */
export type Handler<M extends Method> = M["methodKind"] extends "unary"
  ? (request: MessageShape<M["input"]>) => Promise<MessageInitShape<M["output"]>>
  : (request: MessageShape<M["input"]>, signal: AbortSignal) => AsyncIterable<MessageInitShape<M["output"]>>;

/**
 * Handlers of some calls of a service; the server reports all others as UNIMPLEMENTED. A response may
 * also be bytes that are encoded already.
 */
export type Handlers<Service extends DescService> = {
  readonly [Name in keyof Service["method"]]?: Handler<Service["method"][Name]>;
};

export function addService<Service extends DescService>(
  server: Pick<Server, "addService">,
  service: Service,
  responses: Handlers<Service>,
): void {
  const given = responses as Readonly<
    Record<string, ((request: unknown, signal?: AbortSignal) => unknown) | undefined>
  >;
  const implementation: UntypedServiceImplementation = {};
  for (const { localName, methodKind, output } of service.methods) {
    const response = given[localName];
    if (response === undefined) continue;
    const written = (init: unknown) =>
      init instanceof Uint8Array ? init : create(output, init as MessageInitShape<typeof output>);
    implementation[localName] =
      methodKind === "unary"
        ? unary((request) => (response(request) as Promise<unknown>).then(written))
        : streamed(
            (request, signal) => eachWritten(response(request, signal) as AsyncIterable<unknown>, written),
            failureFrom,
          );
  }
  server.addService(definitionOf(service), implementation);
}

/** The definition of a service for grpc-js. Test clients use it, too. */
export function definitionOf(service: DescService): ServiceDefinition {
  return Object.fromEntries(
    service.methods.map(({ name, localName, methodKind, input, output }) => [
      localName,
      {
        path: `/${service.typeName}/${name}`,
        originalName: localName,
        requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
        responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
        ...serializers("request", input),
        ...serializers("response", output),
      },
    ]),
  ) as unknown as ServiceDefinition;
}

function serializers(side: "request" | "response", schema: DescMessage) {
  return {
    [`${side}Serialize`]: (message: MessageShape<typeof schema> | Uint8Array) =>
      Buffer.from(message instanceof Uint8Array ? message : toBinary(schema, message)),
    [`${side}Deserialize`]: (bytes: Buffer) => fromBinary(schema, bytes),
  };
}

function unary(response: (request: unknown) => Promise<unknown>): handleUnaryCall<unknown, unknown> {
  return ({ request }, callback) => {
    response(request).then(
      (message) => callback(null, message),
      (error: unknown) => callback(failureFrom(error)),
    );
  };
}

async function* eachWritten(
  messages: AsyncIterable<unknown>,
  written: (init: unknown) => unknown,
): AsyncGenerator<unknown, void> {
  for await (const message of messages) yield written(message);
}

function failureFrom(error: unknown): { readonly code: status; readonly details: string } {
  return { code: status.UNKNOWN, details: error instanceof Error ? error.message : "unknown fault" };
}
