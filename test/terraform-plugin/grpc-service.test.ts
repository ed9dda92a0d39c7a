/** Streamed answers over a connection: how they end, and for whom they are made. */

import { create, fromBinary } from "@bufbuild/protobuf";
import { Client, credentials, Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { encodedResponses } from "../../provider/terraform-plugin/encoded-responses.ts";
import { addService, definitionOf, type Handlers } from "../../provider/terraform-plugin/grpc-service.ts";
import {
  type ListResource_Event,
  ListResource_RequestSchema,
  Provider,
} from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { getProviderSchema, getResourceIdentitySchemas } from "../../provider/terraform-plugin/rpc/schema.ts";

type ListResource = NonNullable<Handlers<typeof Provider>["listResource"]>;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A list that streams these responses, as its client receives it. */
async function listedBy(listResource: ListResource) {
  const server = new Server();
  addService(server, Provider, { listResource });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  closers.push(
    () => client.close(),
    () => server.forceShutdown(),
  );
  const method = definitionOf(Provider).listResource;
  if (method === undefined) throw new Error("There is no such call");
  const { path, requestSerialize, responseDeserialize } = method;
  const request = create(ListResource_RequestSchema, {});
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
  const names: string[] = [];
  const end = new Promise<ServiceError | undefined>((resolve) => {
    call.once("error", (error) => resolve(error as ServiceError));
    call.once("end", () => resolve(undefined));
  });
  call.on("data", ({ displayName }: ListResource_Event) => void names.push(displayName));
  return { call, names, end };
}

test("a list that fails ends with a status, after the entries so far", async () => {
  const { names, end } = await listedBy(async function* () {
    yield { displayName: "payroll" };
    throw new Error("The service could not be loaded");
  });
  expect(await end).toMatchObject({ code: status.UNKNOWN, details: "The service could not be loaded" });
  expect(names).toEqual(["payroll"]);
});

test("a list is made no faster than its client reads it, and stops once the client has disconnected", async () => {
  const displayName = "p".repeat(64 * 1024);
  const most = 10_000;
  let made = 0;
  let isEnded = false;
  const { call, end } = await listedBy(async function* () {
    try {
      for (; made < most; made += 1) yield { displayName };
    } finally {
      isEnded = true;
    }
  });
  call.once("data", () => call.cancel());
  expect(await end).toMatchObject({ code: status.CANCELLED });
  await expect.poll(() => isEnded, { timeout: 25_000 }).toBe(true);
  expect(made).toBeLessThan(most / 10);
});

test("the maker of a list gets a signal when its client has disconnected", async () => {
  let begun = (): void => {};
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let isAborted = false;
  const { call, end } = await listedBy(async function* (_request, signal) {
    begun();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    isAborted = true;
  });
  await isBegun;
  call.cancel();
  expect(await end).toMatchObject({ code: status.CANCELLED });
  await expect.poll(() => isAborted, { timeout: 25_000 }).toBe(true);
});

test("the responses that a bundle carries as data are those that the definitions give", async () => {
  const { getProviderSchema: schema, getResourceIdentitySchemas: identity } = Provider.method;
  const carried = await encodedResponses();
  const bytesOf = (name: keyof typeof carried) => new Uint8Array(Buffer.from(carried[name], "base64"));
  expect(fromBinary(schema.output, bytesOf("getProviderSchema"))).toEqual(
    create(schema.output, await getProviderSchema()),
  );
  expect(fromBinary(identity.output, bytesOf("getResourceIdentitySchemas"))).toEqual(
    create(identity.output, await getResourceIdentitySchemas()),
  );
});

test("a response that is encoded already is sent as it is", async () => {
  const bytes = Buffer.from((await encodedResponses()).getProviderSchema, "base64");
  const method = definitionOf(Provider).getProviderSchema;
  expect(method?.responseSerialize(bytes)).toEqual(bytes);
});
