/** ValidateListResourceConfig: a list accepts a vault's ID or nothing. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { argumentFaults } from "../arguments.ts";
import { readObject, resourceNamed } from "../blocks.ts";
import type {
  ValidateListResourceConfig_RequestSchema,
  ValidateListResourceConfig_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function validateListResourceConfig(
  _session: Session,
  { typeName, config }: MessageShape<typeof ValidateListResourceConfig_RequestSchema>,
): Promise<MessageInitShape<typeof ValidateListResourceConfig_ResponseSchema>> {
  const { listQuestion, listed } = resourceNamed(typeName);
  return { diagnostics: argumentFaults(listQuestion, listed, readObject(config, { attributes: listed }) ?? {}) };
}
