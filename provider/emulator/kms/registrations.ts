/**
 * Serves the calls that list registrations (M21 and M22 in kms-v2-and-iam.md 2.1, 2.13). A registration is a cloud
 * resource that a KMS key protects.
 */

import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { AssociatedResource, KmsKey } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { admitKmsCall, kmsKeyOf } from "./access.ts";
import { booleanQuery, countedPage } from "./envelope.ts";

interface Registration {
  readonly key: KmsKey;
  readonly resource: AssociatedResource;
}

/** A backing key's registrations are those of its managed key. */
export function resourcesOf(world: World, key: KmsKey): readonly AssociatedResource[] {
  return key.backingKeyOf === undefined ? key.resources : (world.keys.get(key.backingKeyOf.keyId)?.resources ?? []);
}

export function listRegistrations(call: Call): Reply {
  return registrationList(call, [kmsKeyOf(call, "kms.registrations.list")]);
}

export function listAllRegistrations(call: Call): Reply {
  admitKmsCall(call, "kms.registrations.list");
  const ring = call.header("x-kms-key-ring");
  const keys = [...call.world.kmsKeys.values()].filter((key) => ring === undefined || key.ring === ring);
  return registrationList(call, keys);
}

function registrationList(call: Call, keys: readonly KmsKey[]): Reply {
  const prevents = booleanQuery(call, "preventKeyDeletion", "Registrations could not be listed");
  const pattern = crnPattern(call.url.searchParams.get("urlEncodedResourceCRNQuery"));
  const found = keys
    .flatMap((key) => resourcesOf(call.world, key).map((resource): Registration => ({ key, resource })))
    .filter(({ resource }) => prevents === undefined || resource.preventKeyDeletion === prevents)
    .filter(({ resource }) => pattern.test(resource.crn));
  return countedPage(call, "registration", found, viewRegistration);
}

/** A CRN in which `*` matches anything; it may be encoded twice. */
function crnPattern(query: string | null): RegExp {
  if (query === null) return /^/;
  const crn = /%[0-9a-f]{2}/i.test(query) ? decodeURIComponent(query) : query;
  const parts = crn.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function viewRegistration({ key, resource }: Registration): Record<string, unknown> {
  return {
    keyId: key.id,
    keyName: key.name,
    resourceCrn: resource.crn,
    createdBy: `crn-${resource.crn}`,
    creationDate: toSecondsText(key.createdMs),
    updatedBy: `crn-${resource.crn}`,
    lastUpdated: toSecondsText(key.createdMs),
    description: resource.description,
    // kms-v2-and-iam.md 10-15: absent if false.
    ...(resource.preventKeyDeletion ? { preventKeyDeletion: true } : {}),
    keyVersion: { id: key.versions[0].id, creationDate: toSecondsText(key.versions[0].createdMs) },
  };
}
