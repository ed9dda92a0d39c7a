/** One resource of the native package as an engine sees it: its own URN, its own id, several to one plugin process. */

import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type Plugin, type Properties, structOf, unary } from "../pulumi-plugin/engine.ts";

export interface NativeResource {
  readonly urn: string;
  check(news: Properties, olds?: Properties): Promise<Properties>;
  create(inputs: Properties): Promise<{ readonly id: string; readonly properties: Properties }>;
  diff(id: string, olds: Properties, inputs: Properties): Promise<void>;
  read(id: string, olds?: Properties, inputs?: Properties): Promise<void>;
  delete(id: string, olds: Properties): Promise<void>;
}

const type = "uko:index:ManagedKey";

export function nativeResource(plugin: Plugin, name: string): NativeResource {
  const urn = `urn:pulumi:dev::keys::${type}::${name}`;
  const { client } = plugin;
  const about = <Request extends { setUrn(urn: string): unknown; setType(type: string): unknown }>(
    request: Request,
  ) => {
    request.setUrn(urn);
    request.setType(type);
    return request;
  };
  return {
    urn,
    async check(news, olds = {}) {
      const request = about(new providerPb.CheckRequest());
      request.setNews(structOf(news));
      request.setOlds(structOf(olds));
      const reply = await unary<providerPb.CheckResponse>((done) => client.check(request, done));
      const reasons = reply.getFailuresList().map((failure) => failure.getReason());
      if (reasons.length > 0) throw new Error(reasons.join("\n"));
      return reply.getInputs()?.toJavaScript() ?? {};
    },
    async create(inputs) {
      const request = about(new providerPb.CreateRequest());
      request.setProperties(structOf(inputs));
      const reply = await unary<providerPb.CreateResponse>((done) => client.create(request, done));
      return { id: reply.getId(), properties: reply.getProperties()?.toJavaScript() ?? {} };
    },
    async diff(id, olds, inputs) {
      const request = about(new providerPb.DiffRequest());
      request.setId(id);
      request.setOlds(structOf(olds));
      request.setNews(structOf(inputs));
      await unary<providerPb.DiffResponse>((done) => client.diff(request, done));
    },
    async read(id, olds, inputs) {
      const request = about(new providerPb.ReadRequest());
      request.setId(id);
      if (olds !== undefined) request.setProperties(structOf(olds));
      if (inputs !== undefined) request.setInputs(structOf(inputs));
      await unary<providerPb.ReadResponse>((done) => client.read(request, done));
    },
    async delete(id, olds) {
      const request = about(new providerPb.DeleteRequest());
      request.setId(id);
      request.setProperties(structOf(olds));
      await unary<emptyPb.Empty>((done) => client.delete(request, done));
    },
  };
}
