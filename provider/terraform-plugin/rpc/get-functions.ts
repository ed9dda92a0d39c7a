/** GetFunctions: the provider has none; its questions are data sources, since they are about the service. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GetFunctions_ResponseSchema } from "../protocol/tfplugin6_pb.ts";

export async function getFunctions(): Promise<MessageInitShape<typeof GetFunctions_ResponseSchema>> {
  return {};
}
