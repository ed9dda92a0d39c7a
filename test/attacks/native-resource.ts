/** One resource of the native package as an engine sees it: its own URN, its own ID, several to one plugin process. */

import type providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { caller, type Plugin, type Properties, plain } from "../pulumi-plugin/engine.ts";

export interface NativeResource {
  readonly urn: string;
  readonly type: string;
  check(news: Properties, olds?: Properties): Promise<Properties>;
  preview(inputs: Properties): Promise<unknown>;
  create(inputs: Properties): Promise<{ readonly id: string; readonly properties: Properties }>;
  diff(id: string, olds: Properties, inputs: Properties): Promise<unknown>;
  update(id: string, olds: Properties, inputs: Properties): Promise<unknown>;
  read(id: string, olds?: Properties, inputs?: Properties): Promise<providerPb.ReadResponse>;
  delete(id: string, olds: Properties): Promise<unknown>;
}

/** `parents` are the types of its parents, such as `pay:index:Ledger$`. */
export function nativeResource(
  { client }: Plugin,
  name: string,
  type = "uko:index:ManagedKey",
  parents = "",
): NativeResource {
  const urn = `urn:pulumi:dev::keys::${parents}${type}::${name}`;
  const call = caller(client, { urn, type });
  return {
    urn,
    type,
    async check(news, olds = {}) {
      const reply = await call("check", { News: news, Olds: olds });
      const reasons = reply.getFailuresList().map((failure) => failure.getReason());
      if (reasons.length > 0) throw new Error(reasons.join("\n"));
      return plain(reply.getInputs());
    },
    preview: (inputs) => call("create", { Properties: inputs, Preview: true }),
    async create(inputs) {
      const reply = await call("create", { Properties: inputs });
      return { id: reply.getId(), properties: plain(reply.getProperties()) };
    },
    diff: (id, olds, inputs) => call("diff", { Id: id, Olds: olds, News: inputs }),
    update: (id, olds, inputs) => call("update", { Id: id, Olds: olds, News: inputs }),
    read: (id, olds, inputs) => call("read", { Id: id, Properties: olds, Inputs: inputs }),
    delete: (id, olds) => call("delete", { Id: id, Properties: olds }),
  };
}
