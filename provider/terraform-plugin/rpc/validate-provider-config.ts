/**
 * ValidateProviderConfig: the checks of the settings that do not depend on the environment of the
 * run that uses them.
 */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { checkStored, hclDialect } from "../../compose.ts";
import { UNKNOWN } from "../../engine/program/unknown.ts";
import { terraformProvider } from "../../schema/terraform.ts";
import { readObject } from "../blocks.ts";
import { failureDiagnostic } from "../diagnostics.ts";
import { propertiesOf } from "../properties.ts";
import type {
  ValidateProviderConfig_RequestSchema,
  ValidateProviderConfig_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function validateProviderConfig(
  _session: Session,
  { config }: MessageShape<typeof ValidateProviderConfig_RequestSchema>,
): Promise<MessageInitShape<typeof ValidateProviderConfig_ResponseSchema>> {
  const { attributes } = terraformProvider;
  const given = propertiesOf(attributes, readObject(config, terraformProvider) ?? {});
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== UNKNOWN));
  return { diagnostics: checkStored(known, hclDialect).map((failure) => failureDiagnostic(failure, attributes)) };
}
