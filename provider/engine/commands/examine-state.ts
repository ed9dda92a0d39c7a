/**
 * Finds problems in an exported state of an engine (Pulumi, OpenTofu, Terraform), for `uko doctor --state`. A person
 * who can edit a state could make the engine run foreign code with the rights of its next user. An edit could also let
 * two resources own one key, or require one person where the key requires two. The check compares the state with the
 * released providers, whose versions this file lists. It warns of other code that the engine would run, and of KMS keys
 * that one person may destroy. If the state asks for fewer than two people, the check also reads the marker of the key.
 * A marker is the tag that says how many people the key's deletion requires.
 */

import { effectivePolicy } from "../../lifecycle/authorization.ts";
import { isLooser } from "../../lifecycle/dual-marker.ts";
import type { DualMarker } from "../../lifecycle/observation.ts";
import type { DeletionPolicy } from "../../lifecycle/plan.ts";
import { observeKey } from "../key/observe.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { count, plain } from "../text/words.ts";
import { type Check, fail, ok, warn } from "./doctor-messages.ts";
import { registryHosts, type StoredResource, type StoredState } from "./stored-state.ts";

/** Versions that are released from this source tree, newest last. A test compares the list with sdk/released. */
export const knownVersions: readonly string[] = ["0.1.0"];

/** Where the engine downloads the native package from. */
export const packageDownloadUrl = "github://api.github.com/pulumi-uko/pulumi-uko";

/** The last part of the provider's address in both registries. */
const terraformSource = "pulumi-uko/uko";

/** The frozen text that every release writes for this resource of the dynamic provider. */
export function providerTextOf(kind: string): string {
  const handlers = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return `exports.handler=()=>require("pulumi-uko/dynamic-provider").${handlers}`;
}

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
    ...kmsKeysCheck(resources),
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
    const isOurs = registryHosts.some((host) => name === `${host}/${terraformSource}`);
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
  for (const { kind, id, address, isPending } of resources) {
    if (id === "" || isPending) continue;
    const object = `${kind} ${id}`;
    byObject.set(object, [...(byObject.get(object) ?? []), address]);
  }
  return new Map([...byObject].filter(([, addresses]) => addresses.length > 1));
}

/** Keys for which the state requires fewer than two people at one of the steps. */
export function loosenedIn({ resources }: StoredState): readonly StoredResource[] {
  // A pending creation does not say yet which key it is.
  const named = resources.filter(({ isPending, properties }) => !isPending || typeof properties.keyId === "string");
  return named.filter(({ kind, properties }) => kind === "ManagedKey" && askedBy(properties) !== "both");
}

/** A state with thousands of such keys is unusual, and each key costs one call. */
const maxKeys = 1_000;

/** Compares the requirements in state with what the service reports about each key that the state loosens. */
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
      if (isLooser(asked, effectivePolicy(sighting.observation, policyOf(asked)))) {
        findings.push(`${address}: the state sets "${asked}", but the key requires more`);
      }
    } catch (error) {
      if (options.signal.aborted) throw error;
      unread.push(`${address}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown fault"}`);
    }
  }
  for (const { address } of loosened.slice(maxKeys)) unread.push(`${address}: beyond the first ${maxKeys} keys`);
  return controlsCheck(findings, unread, loosened.length);
}

function askedBy({ dualAuthorization, deletionGate }: StoredResource["properties"]): DualMarker {
  if (dualAuthorization === "single") return "single";
  return deletionGate === "destroy" ? "destroy" : "both";
}

function policyOf(asked: DualMarker): DeletionPolicy {
  const gate = asked === "single" ? "both" : asked;
  const dualAuthorization = asked === "single" ? "single" : "required";
  return { goal: "removed", dualAuthorization, gate, deletionProtection: false };
}

type SourceFault =
  | { readonly kind: "unknown_kind"; readonly name: string }
  | { readonly kind: "no_provider" }
  | { readonly kind: "another_provider"; readonly name: string }
  | { readonly kind: "download_url"; readonly url: string }
  | { readonly kind: "unknown_version"; readonly version: string }
  | { readonly kind: "provider_text" };

const maxLines = 50;
const editedState =
  "Do not run pulumi, tofu or terraform with this state until you know who edited it. Compare it with an earlier version of your backend.";

function stateCheck({ form, resources }: StoredState): Check {
  const engine = form === "pulumi" ? "a Pulumi" : "an OpenTofu or Terraform";
  const says = `${engine} state with ${count(resources.length, "resource")} of uko`;
  if (resources.length > 0) return ok("state", says);
  return warn("state", says, "Check that this is the right state. There was nothing to compare.");
}

function codeCheck(faults: readonly { readonly address: string; readonly fault: SourceFault }[]): Check {
  const check = "state code";
  if (faults.length === 0) return ok(check, "each resource names the provider of a known release");
  return fail(
    check,
    "the state names code that is not a known release of uko, and the next run would execute the code",
    listed(
      faults.map(({ address, fault }) => `${plain(address)}: ${sayFault(fault)}`),
      editedState,
    ),
  );
}

function sayFault(fault: SourceFault): string {
  switch (fault.kind) {
    case "unknown_kind":
      return `uko has no resource ${plain(fault.name, 100)}`;
    case "no_provider":
      return "its provider is not in the state";
    case "another_provider":
      return `another provider serves it: ${plain(fault.name, 100)}`;
    case "download_url":
      return `its plugin comes from ${plain(fault.url)}`;
    case "unknown_version":
      return `version ${plain(fault.version, 100)} is not a release that this uko knows; for a newer one, use the uko of that release`;
    case "provider_text":
      return "its __provider is not the text that uko writes";
  }
}

/** A KMS key has no marker, so only KMS's own dual authorization can contradict the state. */
function kmsKeysCheck(resources: readonly StoredResource[]): readonly Check[] {
  const single = resources.filter(({ kind, properties }) => kind === "KmsKey" && askedBy(properties) === "single");
  if (single.length === 0) return [];
  const says = `the state lets one person destroy ${count(single.length, "KMS key")}, unless KMS requires two people`;
  const addresses = single.map(({ address }) => plain(address));
  return [warn("state KMS keys", says, listed(addresses, "Compare with the program, which may say otherwise."))];
}

function duplicatesCheck(duplicates: ReadonlyMap<string, readonly string[]>): Check {
  const check = "state duplicates";
  if (duplicates.size === 0) return ok(check, "no two resources declare the same object");
  const lines = [...duplicates].map(
    ([object, addresses]) => `${plain(object)}: ${addresses.map((one) => plain(one)).join(", ")}`,
  );
  return fail(
    check,
    "two resources declare the same object, so deleting one of them may delete the object of the other",
    listed(lines, "Remove one from the state: pulumi state delete '<URN>', or tofu state rm <address>."),
  );
}

export function controlsCheck(findings: readonly string[], unread: readonly string[], keys: number): Check {
  const check = "state controls";
  const lines = [...findings, ...unread].map((line) => plain(line, 400));
  if (findings.length > 0) {
    return fail(
      check,
      "the state asks for less than the markers of its keys; the markers take precedence",
      listed(lines, editedState),
    );
  }
  const compared = `the ${count(keys, "key")}`;
  if (unread.length > 0) {
    return warn(check, `could not compare ${unread.length} of ${compared} that the state loosens`, listed(lines));
  }
  if (keys === 0) return ok(check, "each key requires two people for both steps");
  return ok(check, `${compared} that the state loosens have the same markers`);
}

/** The check if markers could not be compared, because the run has no credential, or has one of another instance. */
export function controlsNotCompared(keys: number, why: string): Check {
  const loosened = `${count(keys, "key")} that the state loosens`;
  return warn("state controls", `did not compare ${loosened} with the markers of the service`, plain(why, 400));
}

function otherCodeCheck(lines: readonly string[]): Check {
  return warn(
    "other code",
    "the state makes the engine run other code, which uko cannot check",
    listed(lines.map((line) => plain(line, 400))),
  );
}

function listed(lines: readonly string[], ...last: readonly string[]): string {
  const rest = lines.length - maxLines;
  return [...lines.slice(0, maxLines), ...(rest > 0 ? [`and ${rest} more`] : []), ...last].join("\n");
}
