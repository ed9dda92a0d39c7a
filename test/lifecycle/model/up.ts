/** The write of an uninvolved user's `up` to the key: its program's label, with the core's own patch. */

import type { Core } from "./core.ts";
import type { ModelKey, Request } from "./service.ts";
import { rawOf } from "./sight.ts";

export function patchOfUserFor(core: Core, seen: ModelKey): Request {
  return { kind: "patch", label: 1 - seen.label, ...core.patchOfUser(rawOf(seen), {}) };
}
