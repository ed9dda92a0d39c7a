/**
 * Finds the containers (templates, keystores, key rings, vaults) that the end of a campaign may delete, and deletes
 * one of them. A container that it may not delete is listed with the reason. Some are never deleted, because a person
 * may still need them:
 *
 * - A template, keystore or vault that is newer than the manifest.
 * - A key ring with a KMS key that is not in the manifest.
 * - Every container of a vault that could not be read, or that has a key without a final outcome.
 * - Every container of a vault with a key that is not in the manifest.
 */

import { containerKind, type RingOutcome, ringKind } from "../../engine/container/kind.ts";
import { explainContainerOutcome } from "../../engine/container/messages.ts";
import { isInTheWay } from "../../engine/container/observe.ts";
import { converge } from "../../engine/loop/converge.ts";
import { count, plain, sayRoles, sayTimeAndDistance } from "../../engine/text/words.ts";
import { errorCatalog } from "../../errors.ts";
import { keystoreKindOf } from "../../lifecycle/container/keystore-kind.ts";
import { containerPlanCode } from "../../lifecycle/container/plan-container-deletion.ts";
import { defaultRing } from "../../lifecycle/container/plan-ring-deletion.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { type Closable, type Closed, closingOrder } from "../reports/closing-report.ts";
import { isNewerThanManifest, type VaultBlock, vaultBlock } from "../rules/outcomes.ts";
import type { CampaignContext } from "../view/context.ts";
import { listOrName, type UnreadablePart } from "../view/unreadable.ts";

/** Every container in the scope of the campaign, in the order of deletion. */
export async function findClosable(
  context: CampaignContext,
): Promise<{ readonly found: readonly Closable[]; readonly unreadable: readonly UnreadablePart[] }> {
  const { world, view, plan, options } = context;
  const { inventory } = view;
  const unreadable: UnreadablePart[] = [];
  const manifestMs = Math.max(...view.manifest.waves.map(({ plannedAt }) => Date.parse(plannedAt)));
  const found: Closable[] = [];
  for (const { id: vaultId, name: vaultName, createdAtMs } of inventory.vaults) {
    const templates = await listOrName(unreadable, { id: vaultId, name: vaultName }, () =>
      world.templates.list({ vaultId }, options),
    );
    const parts = [...inventory.unreadable, ...unreadable].map(({ id }) => id);
    const block = vaultBlock({
      isRead: !parts.some((id) => id === vaultId || id === "keystores"),
      outcomes: plan.keys.filter(({ line }) => line.vault === vaultId).map(({ outcome }) => outcome),
      newKeys: view.newKeys.filter(({ traits }) => traits.vaultId === vaultId).length,
    });
    const closable = (kind: Closable["kind"], each: { id: string; name: string; createdAtMs?: number }): Closable => {
      const isNew = isNewerThanManifest(each.createdAtMs, manifestMs);
      const blocked = block === undefined ? (isNew ? "created after the manifest" : undefined) : sayVaultBlock(block);
      const shown = { kind, vaultId, vaultName, id: each.id, name: plain(each.name, 100) };
      return { ...shown, ...(blocked !== undefined && { blocked }), ...(block && { vaultBlock: block.kind }) };
    };
    found.push(
      ...templates.filter(isInTheWay).map((each) => closable("template", each)),
      ...inventory.keystores.filter((each) => each.vaultId === vaultId).map((each) => closable("keystore", each)),
      closable("vault", { id: vaultId, name: vaultName, ...(createdAtMs !== undefined && { createdAtMs }) }),
    );
  }
  found.push(...(await findRings(context, unreadable)));
  return { found: closingOrder.flatMap((kind) => found.filter((each) => each.kind === kind)), unreadable };
}

/** Finds the KMS key rings outside UKO. UKO deletes the ring of an internal keystore together with the keystore. */
async function findRings(
  { world, view, options }: CampaignContext,
  unreadable: UnreadablePart[],
): Promise<readonly Closable[]> {
  const { inventory, newKeys } = view;
  const { scope } = view.campaign;
  // An empty ring has no key whose CRN could confirm that the instance is Key Protect.
  if (!scope.kmsKeys || scope.vaults !== undefined || world.session.isKeyProtect) return [];
  const rings = await listOrName(unreadable, { id: "rings", name: "" }, () => world.kmsKeys.rings(options));
  const ofKeystores = inventory.keystores
    .filter((each) => keystoreKindOf(each) === "internal")
    .map(({ ring }) => ring.toLowerCase());
  return rings
    .filter((ring) => ring !== defaultRing && !ofKeystores.includes(ring.toLowerCase()))
    .map((ring): Closable => {
      const isNew = newKeys.some(({ kmsKey }) => kmsKey?.ring === ring);
      const blocked = isNew ? { blocked: "a key in it was created after the manifest" } : {};
      return { kind: "key_ring", vaultId: "", vaultName: "", id: ring, name: plain(ring, 100), ...blocked };
    });
}

function sayVaultBlock(block: VaultBlock): string {
  switch (block.kind) {
    case "not_read":
      return "a part of the vault could not be read";
    case "new_keys":
      return `${count(block.keys, "key")} of the vault ${block.keys === 1 ? "is" : "are"} not in the manifest`;
    case "unfinished":
      return `${count(block.keys, "key")} of the vault ${block.keys === 1 ? "has" : "have"} no final outcome`;
  }
}

/** Deletes one container if nothing is left in it. Throws what `converge` throws. */
export async function closeOne({ world, options }: CampaignContext, target: Closable): Promise<Closed> {
  const { kind, vaultId, id } = target;
  const { instanceId } = world.session;
  if (kind === "key_ring")
    return ringClosed(target, await converge(world, ringKind, { instanceId, ring: id }, options));
  const task = { ref: { kind, instanceId, vaultId, id }, policy: { deletionProtection: false } } as const;
  const outcome = await converge(world, containerKind, task, options);
  if (outcome.kind === "gone") return { ...target, outcome: "deleted", says: "deleted", exitCode: 0 };
  const { summary, code } = explainContainerOutcome(outcome, { rerun: "uko continue" });
  const isWait = outcome.kind === "stopped" && outcome.plan.kind === "waitingForTime";
  const known = outcome.kind === "stopped" ? containerPlanCode(outcome.plan) : "UKO_RIGHTS_MISSING";
  const { exitCode } = errorCatalog[code ?? known];
  return { ...target, outcome: isWait ? "waits" : "blocked", says: summary, code: code ?? known, exitCode };
}

function ringClosed(target: Closable, outcome: RingOutcome): Closed {
  if (outcome.kind === "gone") return { ...target, outcome: "deleted", says: "deleted", exitCode: 0 };
  const ended = (code: keyof typeof errorCatalog, says: string, isWait = false): Closed => ({
    ...target,
    outcome: isWait ? "waits" : "blocked",
    says,
    code,
    exitCode: errorCatalog[code].exitCode,
  });
  const ring = `Key ring "${target.name}"`;
  if (outcome.kind === "rights_missing") {
    return ended(
      "UKO_RIGHTS_MISSING",
      `${ring} cannot be deleted: this requires the role ${sayRoles(kmsRights.removeRing)}`,
    );
  }
  const { plan, observed } = outcome;
  if (plan.kind === "waitingForTime") {
    const until = plan.untilMs === undefined ? "" : ` until ${sayTimeAndDistance(plan.untilMs, observed.nowMs)}`;
    const says = `${ring} cannot be deleted${until}: it still has the metadata of ${count(plan.keys.length, "destroyed key")}`;
    return ended("UKO_KMS_METADATA_REMAINS", says, true);
  }
  const { guard } = plan;
  switch (guard.guard) {
    case "of_keystore":
      return ended(
        "UKO_CONTAINER_IN_USE",
        `${ring} may belong to an internal keystore: ${plain(guard.keystores.join(", "), 200)}`,
      );
    case "holds_keys":
      return ended("UKO_CONTAINER_IN_USE", `${ring} still contains ${count(guard.keys.length, "KMS key")} in use`);
    case "service_refused":
      return ended("UKO_SERVICE_REFUSED", `KMS refused to delete the key ring: ${plain(guard.message, 300)}`);
  }
}
