/**
 * The findings of `uko doctor --state` in a state that may have been edited. Anyone who can edit a
 * Pulumi state can run code as the next person who uses it.
 */

import { effectivePolicy } from "../../lifecycle/authorization.ts";
import type { DeletionPolicy } from "../../lifecycle/plan.ts";
import { observeKey } from "../key/observe.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { Check } from "./doctor-messages.ts";
import { knownVersions, packageDownloadUrl, providerTextOf, terraformSource } from "./known-sources.ts";
import {
  codeCheck,
  controlsCheck,
  duplicatesCheck,
  otherCodeCheck,
  type SourceFault,
  stateCheck,
} from "./state-checks.ts";
import type { StoredResource, StoredState } from "./stored-state.ts";

/** Finds problems in the state itself; `kinds` are the resources that exist. Makes no call. */
export function examineStored(state: StoredState, kinds: readonly string[]): readonly Check[] {
  const { resources, otherCode } = state;
  const faults = resources.flatMap((resource) =>
    faultsIn(resource, kinds).map((fault) => ({ address: resource.address, fault })),
  );
  return [
    stateCheck(state),
    ...(resources.length === 0 ? [] : [codeCheck(faults), duplicatesCheck(duplicatesIn(resources))]),
    ...(otherCode.length === 0 ? [] : [otherCodeCheck(otherCode)]),
  ];
}

function faultsIn(
  { by, kind, source, providerTexts }: StoredResource,
  kinds: readonly string[],
): readonly SourceFault[] {
  if (!kinds.includes(kind)) return [{ kind: "unknown_kind", name: kind }];
  if (source === undefined) return [{ kind: "no_provider" }];
  const { name, versions, downloadUrls, isDisguised } = source;
  if (by === "terraform") {
    const isOurs = name === terraformSource || name.endsWith(`/${terraformSource}`);
    return isOurs ? [] : [{ kind: "another_provider", name }];
  }
  const wanted = by === "package" ? "uko" : "pulumi-nodejs";
  const urls = downloadUrls.filter((url) => by === "dynamic" || url !== packageDownloadUrl);
  const unknown = by === "package" ? versions.filter((version) => !knownVersions.includes(version)) : [];
  // A resource that moved to the package may keep the text, which is not evaluated there.
  const isTextWrong =
    by === "dynamic" && (providerTexts.length === 0 || providerTexts.some((text) => text !== providerTextOf(kind)));
  return [
    ...(name === wanted && !isDisguised ? [] : [{ kind: "another_provider", name } as const]),
    ...urls.map((url) => ({ kind: "download_url", url }) as const),
    ...unknown.map((version) => ({ kind: "unknown_version", version }) as const),
    ...(isTextWrong ? [{ kind: "provider_text" } as const] : []),
  ];
}

/** Objects that more than one resource represents, with the addresses of all these resources. */
function duplicatesIn(resources: readonly StoredResource[]): ReadonlyMap<string, readonly string[]> {
  const byObject = new Map<string, string[]>();
  for (const { kind, id, address } of resources) {
    if (id === "") continue;
    const object = `${kind} ${id}`;
    byObject.set(object, [...(byObject.get(object) ?? []), address]);
  }
  return new Map([...byObject].filter(([, addresses]) => addresses.length > 1));
}

/** Keys for which the state requires fewer than two people at one of the steps. */
export function loosenedIn({ resources }: StoredState): readonly StoredResource[] {
  return resources.filter(
    ({ kind, properties }) => kind === "ManagedKey" && strictnessOf(askedBy(properties)) < strictest,
  );
}

/** A state with thousands of such keys is unusual, and each key costs one call. */
const maxKeys = 1_000;

/**
 * Compares the requirements in state with what the service reports about each key that the state
 * loosens.
 */
export async function examineControls(
  world: World,
  loosened: readonly StoredResource[],
  options: CallOptions,
): Promise<Check> {
  const findings: string[] = [];
  const unread: string[] = [];
  for (const { address, properties } of loosened.slice(0, maxKeys)) {
    const { instanceId, vaultId, keyId } = properties;
    if (typeof instanceId !== "string" || typeof vaultId !== "string" || typeof keyId !== "string") {
      unread.push(`${address}: the state does not say which key it is`);
      continue;
    }
    world.progress.report(`Reading the markers of ${keyId}`);
    try {
      const sighting = await observeKey(world, { instanceId, vaultId, keyId }, "summary", options);
      if (sighting.kind === "gone") continue;
      const asked = askedBy(properties);
      const effective = effectivePolicy(sighting.observation, policyOf(asked));
      if (strictnessOf(effective) > strictnessOf(asked)) {
        findings.push(`${address}: the state sets ${sayAsked(asked)}, but the key requires more`);
      }
    } catch (error) {
      if (options.signal.aborted) throw error;
      unread.push(`${address}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown fault"}`);
    }
  }
  for (const { address } of loosened.slice(maxKeys)) unread.push(`${address}: beyond the first ${maxKeys} keys`);
  return controlsCheck(findings, unread, loosened.length);
}

type Asked =
  | { readonly dualAuthorization: "single" }
  | { readonly dualAuthorization: "required"; readonly gate: "both" | "destroy" };

function askedBy({ dualAuthorization, deletionGate }: StoredResource["properties"]): Asked {
  if (dualAuthorization === "single") return { dualAuthorization };
  return { dualAuthorization: "required", gate: deletionGate === "destroy" ? "destroy" : "both" };
}

const strictest = 2;

function strictnessOf(asked: Asked): number {
  if (asked.dualAuthorization === "single") return 0;
  return asked.gate === "destroy" ? 1 : strictest;
}

function sayAsked(asked: Asked): string {
  return asked.dualAuthorization === "single" ? '"single"' : '"destroy"';
}

function policyOf(asked: Asked): DeletionPolicy {
  const gate = asked.dualAuthorization === "single" ? "both" : asked.gate;
  return { goal: "removed", dualAuthorization: asked.dualAuthorization, gate, deletionProtection: false };
}
