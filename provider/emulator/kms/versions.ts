/** M23: a root key's versions, newest first (kms-v2-and-iam.md 2.13). */

import { toSecondsText } from "../clock.ts";
import type { Call, Reply } from "../serve.ts";
import { kmsKeyOf } from "./access.ts";
import { invalidState, rootKeyRequired } from "./envelope.ts";
import { booleanQuery, countedPage } from "./paging.ts";

const what = "Key versions could not be retrieved";

export function listVersions(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.listkeyversions");
  if (key.extractable) throw rootKeyRequired(what);
  if (key.state !== 1 && booleanQuery(call, "allKeyStates", what) !== true) throw invalidState(what);
  return countedPage(call, "key.version", key.versions, ({ id, createdMs }) => ({
    id,
    creationDate: toSecondsText(createdMs),
  }));
}
