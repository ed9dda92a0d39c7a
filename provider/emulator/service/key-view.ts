/** Builds the responses that show a managed key (uko-v4.md 3.1-3.5). */

import type { Call, Reply } from "../http/responses.ts";
import { type AuditNote, keyAfter } from "../store/audit.ts";
import { toSecondsText } from "../store/clock.ts";
import { viewAttributes } from "../store/key-attributes.ts";
import type { Key, Keystore, Template } from "../store/model.ts";
import { etagOf, type World } from "../store/world.ts";
import { vaultReference, viewStamps } from "./containers.ts";
import { holdsMaterial, keystoreReference, keystoresOf, shownStatuses, targetsOf } from "./keystore-effects.ts";
import { buildLabel, hasSystemTag } from "./naming-scheme.ts";
import { defaultKeystoreFields } from "./template-fields.ts";

export function viewKey(world: World, key: Key, nowMs: number): Record<string, unknown> {
  const template = world.templates.get(key.templateId);
  return {
    id: key.id,
    vault: vaultReference(world, key.vaultId),
    template: {
      id: key.templateId,
      name: template?.name,
      type: template === undefined ? [] : [template.type],
      href: world.href(`/v4/templates/${key.templateId}`),
      alignment_status: alignmentOf(world, key),
    },
    version: key.version,
    label: key.label,
    state: key.state,
    key_material_present: materialPlaces(world, key, nowMs),
    size: key.size,
    algorithm: template?.algorithm,
    verification_patterns: [{ method: "ENC-ZERO", value: key.verification.slice(0, 6).toUpperCase() }],
    ...viewAttributes(key),
    is_rotatable: !hasSystemTag(template?.namingScheme),
    ...viewStamps(world, key),
    ...(key.rotatedMs === undefined ? {} : { rotated_at: toSecondsText(key.rotatedMs) }),
    referenced_keystores: keystoresOf(world, key).map((keystore) => keystoreReference(world, keystore)),
    instances: [
      {
        id: key.instanceId,
        label_in_keystore: labelInKeystore(key, template),
        type: isAsymmetric(template?.algorithm) ? "key_pair" : "secret_key",
        keystore: { group: template?.group, type: template?.keystoreType },
        ...(template === undefined ? {} : defaultKeystoreFields(template.keystoreType, template.algorithm, key.size)),
        ...key.keystoreFields,
      },
    ],
    href: world.href(`/v4/managed_keys/${key.id}`),
    status_in_keystores: shownStatuses(world, key, nowMs),
    deactivate_on_rotation: template?.deactivateOnRotation ?? false,
  };
}

export function keyReply(call: Call, key: Key, status = 200, headers: Record<string, string> = {}): Reply {
  return { status, body: viewKey(call.world, key, call.nowMs), headers: { etag: etagOf(key), ...headers } };
}

export function noteAfter(call: Call, key: Key, note: AuditNote = {}): void {
  call.note({
    vaultId: key.vaultId,
    keyId: key.id,
    label: key.label,
    to: key.state,
    after: keyAfter(key),
    ...note,
  });
}

/** Whether the key is in exactly the keystores that its template's group names (4.7). */
export function alignmentOf(world: World, key: Key): "aligned" | "unaligned" {
  const targets = targetsOf(world, key);
  const placed = key.placements.filter((placement) => !placement.removedByUser);
  const isPlaced = ({ id }: Keystore): boolean => placed.some(({ keystoreId }) => keystoreId === id);
  return targets.length === placed.length && targets.every(isPlaced) ? "aligned" : "unaligned";
}

/** U28: the repository keeps the material until destroy, keystores for their pending periods. */
export function materialPlaces(world: World, key: Key, nowMs: number): readonly string[] {
  const inRepository = key.state !== "destroyed" && key.state !== "destroyed_compromised";
  const inKeystores = holdsMaterial(world, key, nowMs).length > 0;
  return [...(inRepository ? ["repository"] : []), ...(inKeystores ? ["keystores"] : [])];
}

function isAsymmetric(algorithm: string | undefined): boolean {
  return algorithm === "rsa" || algorithm === "ec" || algorithm === "dilithium";
}

/** The key's name inside its keystores: its label, or by the template's scheme (3.6). */
function labelInKeystore(key: Key, template: Template | undefined): string {
  if (template?.keystoreNamingScheme === undefined) return key.label;
  return buildLabel(template.keystoreNamingScheme, key);
}
