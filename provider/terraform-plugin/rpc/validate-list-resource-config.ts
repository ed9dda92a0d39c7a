/** ValidateListResourceConfig: a list takes a vault's id or nothing, which is checked when it is listed. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { resourceNamed } from "../blocks.ts";
import type {
  ValidateListResourceConfig_RequestSchema,
  ValidateListResourceConfig_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function validateListResourceConfig(
  _session: Session,
  { typeName }: MessageShape<typeof ValidateListResourceConfig_RequestSchema>,
): Promise<MessageInitShape<typeof ValidateListResourceConfig_ResponseSchema>> {
  resourceNamed(typeName);
  return {};
}
