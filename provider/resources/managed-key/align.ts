/**
 * Aligns a key with the keystores that its template names now, by one call to the service (uko-v4.md K10). It refuses
 * if the call would remove the key from a keystore, or may deactivate it. Otherwise applications that use the key in
 * that keystore would stop working. While a request or an approval of the key's deletion is valid, the run does not
 * send the call and only warns.
 */

import type { KeyDetails } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { plain, sayKey, sayList, sayRoles } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { type AlignmentPlan, isAlignable, planAlignment } from "../../lifecycle/key/plan-update.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { distributionOf } from "../unlink-guard.ts";
import { throwIfDenied } from "../write.ts";
import { type LatestKey, warnRecordBinds, writeKey } from "./write.ts";

/**
 * Aligns a key that the service reports as unaligned; returns warnings. Throws UKO_KEY_WOULD_BE_UNLINKED,
 * UKO_RIGHTS_MISSING or UKO_SERVICE_REFUSED, and then nothing was changed.
 */
export function alignKeyWithTemplate(
  world: World,
  ref: KeyRef,
  latest: LatestKey,
  options: CallOptions,
): Promise<readonly string[]> {
  return writeKey<readonly string[]>({
    world,
    ref,
    purpose: "align",
    options,
    latest,
    async decide(observed) {
      const { observation, snapshot, etag } = observed;
      if (!isAlignable(snapshot.stateWord, snapshot.alignment)) return [];
      const plan = await planFor(world, observed, options);
      switch (plan.kind) {
        case "done":
          return [];
        case "record_binds":
          return [warnRecordBinds(observation, plan.record)];
        case "would_unlink":
          throw wouldUnlink(plan, observed, world.dialect);
        case "would_deactivate":
          throw wouldDeactivate(observed, world.dialect);
        case "ready":
          return async () => {
            const written = await world.keys.align(ref, etag, options);
            throwIfDenied(written, {
              act: `align ${sayKey(observation)} with its template`,
              needs: `Aligning a key requires the role ${sayRoles(rights.distribute)}.`,
              left: "An archived template cannot align keys. ",
              hasInputs: false,
            });
            return written.kind === "done" ? [] : undefined;
          };
      }
    },
  });
}

async function planFor(world: World, observed: KeyDetails, options: CallOptions): Promise<AlignmentPlan> {
  const { observation, snapshot, nowMs } = observed;
  const { instanceId, vaultId } = observation.facts;
  const { templateId } = snapshot;
  const ref = { kind: "template", instanceId, vaultId, id: templateId } as const;
  const template = (await world.templates.read(ref, options)).value?.snapshot;
  const keystores = await world.keystores.list({ vaultId }, options);
  const key = {
    templateId,
    keystoreIds: snapshot.referencedKeystores.map(({ id }) => id),
    templatesKeyState: template?.keyState ?? "",
  };
  // A template that is not found yields an empty list, and so a refusal.
  const distribution = distributionOf(keystores, template === undefined ? [] : [template]);
  return planAlignment(observation, key, snapshot.alignment, distribution, nowMs);
}

function wouldUnlink(
  plan: Extract<AlignmentPlan, { kind: "would_unlink" }>,
  observed: KeyDetails,
  dialect: Dialect,
): UkoError {
  const names = plan.keystoreIds.map((id) => {
    const keystore = observed.snapshot.referencedKeystores.find((each) => each.id === id);
    return `"${plain(keystore?.name || id, 60)}"`;
  });
  const which = `${names.length === 1 ? "keystore" : "keystores"} ${sayList(names)}`;
  return new UkoError("UKO_KEY_WOULD_BE_UNLINKED", {
    summary: `Aligning ${sayKey(observed.observation)} with its template would cut it off from ${which}`,
    detail: [
      "The group of the template no longer includes it. Applications there would lose access at once. Nothing was changed.",
      `Restore the group in the keystore or in the template, or set ${dialect.assignment("align", false)}.`,
    ].join("\n"),
  });
}

function wouldDeactivate({ observation }: KeyDetails, dialect: Dialect): UkoError {
  return new UkoError("UKO_KEY_WOULD_BE_UNLINKED", {
    summary: `Aligning ${sayKey(observation)} with its template may deactivate it`,
    detail: [
      "The template now creates keys that are not active, and a deactivation requires two people. Nothing was changed.",
      `Set ${dialect.assignment("keyState", "active")} in the template, or ${dialect.assignment("align", false)} on the key.`,
    ].join("\n"),
  });
}
