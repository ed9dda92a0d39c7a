/** ValidateDataResourceConfig: hosts know which arguments are required; the form of a value is checked with the question. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { dataSourceNamed } from "../blocks.ts";
import type {
  ValidateDataResourceConfig_RequestSchema,
  ValidateDataResourceConfig_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function validateDataResourceConfig(
  _session: Session,
  { typeName }: MessageShape<typeof ValidateDataResourceConfig_RequestSchema>,
): Promise<MessageInitShape<typeof ValidateDataResourceConfig_ResponseSchema>> {
  dataSourceNamed(typeName);
  return {};
}
