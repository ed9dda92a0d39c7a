/**
 * Encodes the schema and the identities, which never differ between processes. The bundler evaluates this file and
 * stores the result (decision 0019), so a process that only reports its schema loads no definition of a resource.
 */

import { create, toBinary } from "@bufbuild/protobuf";
import { Provider } from "./protocol/tfplugin6_pb.ts";
import { getProviderSchema, getResourceIdentitySchemas } from "./rpc/schema.ts";

/** Base64 by the name of the call. */
export type EncodedResponses = Readonly<Record<"getProviderSchema" | "getResourceIdentitySchemas", string>>;

export async function encodedResponses(): Promise<EncodedResponses> {
  const { getProviderSchema: schema, getResourceIdentitySchemas: identity } = Provider.method;
  return {
    getProviderSchema: base64(toBinary(schema.output, create(schema.output, await getProviderSchema()))),
    getResourceIdentitySchemas: base64(
      toBinary(identity.output, create(identity.output, await getResourceIdentitySchemas())),
    ),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
