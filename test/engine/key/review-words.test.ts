import { expect, test } from "vitest";
import { saySkipped } from "../../../provider/engine/key/text/review-words.ts";
import { holdsIn } from "../../../provider/lifecycle/consent/hold.ts";
import type { SkipReason } from "../../../provider/lifecycle/consent/review.ts";
import { aKeyWith, alice, aRecord, carol, hourMs, nowMs } from "../../support/builders.ts";

const byEngine = aRecord({ how: "engine" });
const skipped: { readonly [Kind in SkipReason["kind"]]: readonly Extract<SkipReason, { kind: Kind }>[] } = {
  other_instance: [{ kind: "other_instance", instanceId: "22222222-2222-4222-8222-222222222222" }],
  other_reviewer: [{ kind: "other_reviewer", reviewer: carol.iamId ?? "" }],
  answered_late: [{ kind: "answered_late", atMs: nowMs }],
  expired: [{ kind: "expired", atMs: nowMs }],
  not_yet: [{ kind: "not_yet", reviewedAtMs: nowMs }],
  not_listed: [{ kind: "not_listed" }],
  other_step: [{ kind: "other_step", state: "active" }],
  never_active: [{ kind: "never_active" }],
  not_binding: [
    { kind: "not_binding", why: { kind: "none" } },
    { kind: "not_binding", why: { kind: "edited", record: byEngine, by: carol, atMs: nowMs } },
  ],
  held: [{ kind: "held", holds: holdsIn([{ name: "hold", value: "legal ticket L_7 by IBMid_C" }]) }],
  own_request: [{ kind: "own_request", record: byEngine }],
  other_requester: [{ kind: "other_requester", record: byEngine }],
  is_approval: [{ kind: "is_approval", record: aRecord({ how: "approval", author: alice }) }],
  use_unreadable: [{ kind: "use_unreadable" }],
  no_room_for_approval: [{ kind: "no_room_for_approval" }],
  too_old_to_store: [{ kind: "too_old_to_store", untilMs: nowMs + hourMs }],
  changed: [
    { kind: "changed", fields: ["label"] },
    { kind: "changed", fields: ["record", "facts", "resources", "keystores"] },
  ],
};

test("every reason to leave a key matches the golden file", async () => {
  const key = aKeyWith(byEngine);
  const lines = Object.entries(skipped).flatMap(([kind, cases]) =>
    cases.map((why) => `${kind}: ${saySkipped(why, key)}`),
  );
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("../../golden/explain/reviews.txt");
});
