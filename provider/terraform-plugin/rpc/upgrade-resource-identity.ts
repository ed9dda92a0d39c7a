/** UpgradeResourceIdentity: reads the identity in a state file. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { resourceNamed } from "../blocks.ts";
import { identityTypeOf } from "../identity.ts";
import type {
  UpgradeResourceIdentity_RequestSchema,
  UpgradeResourceIdentity_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";
import { encodeValue, readJson, textOf } from "../values.ts";

export async function upgradeResourceIdentity(
  _session: Session,
  { typeName, rawIdentity }: MessageShape<typeof UpgradeResourceIdentity_RequestSchema>,
): Promise<MessageInitShape<typeof UpgradeResourceIdentity_ResponseSchema>> {
  const type = identityTypeOf(resourceNamed(typeName));
  const json = textOf(rawIdentity?.json);
  return { upgradedIdentity: { identityData: { msgpack: encodeValue(readJson(json || "null", type), type) } } };
}
