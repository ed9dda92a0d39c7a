/**
 * ValidateDataResourceConfig: every rule for arguments, except which are required, which hosts
 * check.
 */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { argumentFaults } from "../arguments.ts";
import { dataSourceNamed, readPresent } from "../blocks.ts";
import type {
  ValidateDataResourceConfig_RequestSchema,
  ValidateDataResourceConfig_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function validateDataResourceConfig(
  _session: Session,
  { typeName, config }: MessageShape<typeof ValidateDataResourceConfig_RequestSchema>,
): Promise<MessageInitShape<typeof ValidateDataResourceConfig_ResponseSchema>> {
  const source = dataSourceNamed(typeName);
  return { diagnostics: argumentFaults(source.question, source.attributes, readPresent(config, source)) };
}
