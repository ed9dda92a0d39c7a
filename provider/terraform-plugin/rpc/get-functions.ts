/**
 * GetFunctions: the provider has none. Its questions are data sources, because they are about the
 * service.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GetFunctions_ResponseSchema } from "../protocol/tfplugin6_pb.ts";

export async function getFunctions(): Promise<MessageInitShape<typeof GetFunctions_ResponseSchema>> {
  return {};
}
