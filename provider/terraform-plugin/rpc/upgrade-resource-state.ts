/** UpgradeResourceState: reads a state file of any release. Hosts call it at every read. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { UkoError } from "../../errors.ts";
import { resourceNamed, typeOf, writeObject } from "../blocks.ts";
import type {
  UpgradeResourceState_RequestSchema,
  UpgradeResourceState_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";
import { type ObjectValue, readJson, textOf } from "../values.ts";

export async function upgradeResourceState(
  { labels }: Session,
  { typeName, version, rawState }: MessageShape<typeof UpgradeResourceState_RequestSchema>,
): Promise<MessageInitShape<typeof UpgradeResourceState_ResponseSchema>> {
  const resource = resourceNamed(typeName);
  const known = resource.block.version;
  if (version > BigInt(known)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The state of this ${typeName} was written by a later release of the provider`,
      detail: `It has schema version ${version}, but this release knows only ${known}. Use a newer release.`,
    });
  }
  const json = textOf(rawState?.json);
  if (json === "") {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The state of this ${typeName} has a form that no release writes`,
    });
  }
  // Version 0 is the only one so far; attributes that a release adds or drops within it are read as
  // absent.
  const values = readJson(json, typeOf(resource)) as ObjectValue | null;
  if (values !== null) labels.trackExisting(values);
  return { upgradedState: writeObject(values, resource) };
}
