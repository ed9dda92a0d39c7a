/**
 * Alignment of a key with the keystores that its template names now (uko-v4.md K10), unless that
 * would remove it from one.
 */

import type { KeystoreSnapshot, TemplateSnapshot } from "../../engine/container-ports.ts";
import { type KeyDetails, observeKey } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports.ts";
import { createSettler, readingOf } from "../../engine/settle.ts";
import { plain, sayKey, sayRoles } from "../../engine/words.ts";
import { UkoError } from "../../errors.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import { type AlignmentPlan, isAlignable, planAlignment } from "../../lifecycle/plan-update.ts";
import type { Distribution } from "../../lifecycle/unlinking.ts";
import { leftAlone } from "./deletion-pending.ts";

/** Another writer may change the key between our read and our write, a few times. */
const maxTries = 4;

/**
 * Aligns a key that the service calls unaligned; returns warnings. Throws
 * UKO_KEY_WOULD_BE_UNLINKED, UKO_RIGHTS_MISSING, UKO_SERVICE_REFUSED: nothing was changed.
 */
export async function alignKey(world: World, ref: KeyRef, options: CallOptions): Promise<readonly string[]> {
  const settler = createSettler(world, `key ${ref.keyId}`, options);
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const sighting = await observeKey(world, ref, "summary", options);
    if (sighting.kind === "gone")
      throw new UkoError("UKO_KEY_NOT_FOUND", { detail: "A refresh takes it out of the state." });
    if (!isAlignable(sighting.snapshot.stateWord, sighting.snapshot.alignment)) return [];
    const plan = await planFor(world, sighting, options);
    switch (plan.kind) {
      case "done":
        return [];
      case "record_binds":
        return [leftAlone(sighting.observation, plan.record)];
      case "would_unlink":
        throw wouldUnlink(plan, sighting);
      case "would_deactivate":
        throw wouldDeactivate(sighting);
      case "ready":
        break;
    }
    if (!(await settler.isSettled(readingOf(sighting)))) continue;
    const written = await world.keys.align(ref, sighting.etag, options);
    const key = sayKey(sighting.observation);
    if (written.kind === "done") return [];
    if (written.kind === "forbidden") {
      throw new UkoError("UKO_RIGHTS_MISSING", {
        summary: `This identity may not align ${key} with its template`,
        detail: `Aligning takes the role ${sayRoles(rights.distribute)}. The service says: ${plain(written.message)}`,
      });
    }
    if (written.kind === "refused") {
      throw new UkoError("UKO_SERVICE_REFUSED", {
        summary: `The service did not align ${key} with its template: ${plain(written.message)}`,
        detail: `An archived template aligns no key. Correlation id: ${written.correlationId}`,
      });
    }
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE");
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
  return planAlignment(observation, key, snapshot.alignment, distributionIn(template, keystores), nowMs);
}

/**
 * The template and the keystores at this moment. A template that is not found yields an empty list,
 * and so a refusal.
 */
function distributionIn(template: TemplateSnapshot | undefined, keystores: readonly KeystoreSnapshot[]): Distribution {
  const { id = "", distribution } = template ?? {};
  return {
    templates: distribution === undefined ? [] : [{ id, type: distribution.type, group: distribution.group }],
    keystores: keystores.map(({ id: keystoreId, type, groups }) => ({ id: keystoreId, type, groups })),
  };
}

function wouldUnlink(plan: Extract<AlignmentPlan, { kind: "would_unlink" }>, observed: KeyDetails): UkoError {
  const names = plan.keystoreIds.map((id) => {
    const keystore = observed.snapshot.referencedKeystores.find((each) => each.id === id);
    return `"${plain(keystore?.name || id, 60)}"`;
  });
  const which = names.length === 1 ? `keystore ${names.join()}` : `keystores ${names.join(", ")}`;
  return new UkoError("UKO_KEY_WOULD_BE_UNLINKED", {
    summary: `Aligning ${sayKey(observed.observation)} with its template would cut it off from ${which}`,
    detail: [
      "The template's group no longer names it, and whoever uses the key there would lose access at once. Nothing was changed.",
      "Put the group back into the keystore or the template, or write align: false.",
    ].join("\n"),
  });
}

function wouldDeactivate({ observation }: KeyDetails): UkoError {
  return new UkoError("UKO_KEY_WOULD_BE_UNLINKED", {
    summary: `Aligning ${sayKey(observation)} with its template may deactivate it`,
    detail: [
      "The template says by now that its keys are not active, and two people have to stand behind a deactivation. Nothing was changed.",
      "Let the template's keyState be active again, or write align: false.",
    ].join("\n"),
  });
}
