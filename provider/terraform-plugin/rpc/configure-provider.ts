/** ConfigureProvider: begins a run with these settings. Opens nothing yet: a plan of other resources needs no credential. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { storedSettings } from "../../compose.ts";
import { knownLater } from "../../engine/preview.ts";
import { terraformProvider } from "../../schema/terraform.ts";
import { readObject } from "../blocks.ts";
import { propertiesOf } from "../properties.ts";
import type { ConfigureProvider_RequestSchema, ConfigureProvider_ResponseSchema } from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function configureProvider(
  session: Session,
  { config, terraformVersion }: MessageShape<typeof ConfigureProvider_RequestSchema>,
): Promise<MessageInitShape<typeof ConfigureProvider_ResponseSchema>> {
  const given = propertiesOf(terraformProvider.attributes, readObject(config, terraformProvider) ?? {});
  const isKnown = !Object.values(given).includes(knownLater);
  const textOf = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === "string" ? value : undefined;
  };
  session.log.write("debug", "Configured", { host_version: terraformVersion });
  session.configure(isKnown ? storedSettings(textOf) : undefined);
  return {};
}
