/**
 * Differences of older versions of UKO's API (uko-v4.md 1.6). This is the only place that reduces
 * requests and responses to a version.
 */

import { withoutMember } from "./members.ts";
import type { Call, Reply, Route } from "./serve.ts";
import { invalid, missing, notFound } from "./uko/envelope.ts";

export const apiVersions = ["4.7", "4.12", "4.14"] as const;
export type ApiVersion = (typeof apiVersions)[number];

/**
 * Members by the kind of object: keys, templates, keystores, vaults. A dot leads into a member, or
 * into each item of a list.
 */
type Members = Readonly<Partial<Record<"K" | "T" | "S" | "V", readonly string[]>>>;

interface Delta {
  readonly since: ApiVersion;
  readonly operations?: readonly string[];
  readonly parameters?: Readonly<Record<string, readonly string[]>>;
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  readonly members?: Members;
}

/** Additions of 4.8 and 4.13 are listed under the next version that IBM's clients speak. */
const deltas: readonly Delta[] = [
  {
    since: "4.12",
    operations: ["K9", "K14", "T6", "T7", "T8"],
    parameters: { K10: ["dry_run"], S5: ["mode"] },
    fields: {
      K2: ["label_tags"],
      T2: ["naming_scheme", "type", "state"],
      V2: ["recovery_key_label"],
      V4: ["recovery_key_label"],
    },
    members: {
      K: ["version", "rotated_at", "label_tags", "deactivate_on_rotation", "template.type"].concat(
        ["azure_key_protection_level", "azure_key_operations"].map((name) => `instances.${name}`),
      ),
      T: ["naming_scheme", "type", "state", "keys_count", "key.deactivate_on_rotation", "keystores.naming_scheme"],
      V: ["keys_count", "key_templates_count", "keystores_count", "recovery_key_label"],
    },
  },
  {
    since: "4.14",
    parameters: { K5: ["force"] },
    members: {
      K: ["template.alignment_status", "is_rotatable", "key_material_present"].concat(
        ["instance", "destruction_policy_duration", "destruction_at"].map((name) => `status_in_keystores.${name}`),
      ),
      S: ["status", "azure_variant"],
    },
  },
];

/** The route in the version that the switch `apiVersion` names. */
export function versioned(route: Route): Route {
  return {
    ...route,
    handle: (call) => {
      const version = apiVersions.indexOf(call.world.switches.apiVersion);
      const missingDeltas = deltas.filter(({ since }) => apiVersions.indexOf(since) > version);
      if (missingDeltas.length === 0) return route.handle(call);
      const reply = route.handle(reducedCall(call, missingDeltas));
      return reply instanceof Promise
        ? reply.then((later) => reducedReply(call, later, missingDeltas))
        : reducedReply(call, reply, missingDeltas);
    },
  };
}

/**
 * Ignores parameters that the version does not know (U5), and refuses fields, like any unknown
 * field.
 */
function reducedCall(call: Call, lacking: readonly Delta[]): Call {
  const { operation, world } = call;
  call.caller();
  if (lacking.some((delta) => delta.operations?.includes(operation))) throw notFound("path");
  const body = bodyOf(call);
  for (const name of lacking.flatMap((delta) => delta.fields?.[operation] ?? [])) {
    if (name in body) throw invalid("field", name);
  }
  if (operation === "K2" && world.switches.apiVersion === "4.7" && body.label === undefined) {
    throw missing("field", "label");
  }
  const url = new URL(call.url);
  for (const name of lacking.flatMap((delta) => delta.parameters?.[operation] ?? [])) url.searchParams.delete(name);
  return { ...call, url };
}

function bodyOf(call: Call): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(call.text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    // There is no body, or the handler refuses it.
    return {};
  }
}

function reducedReply(call: Call, reply: Reply, lacking: readonly Delta[]): Reply {
  const { body } = reply;
  if (typeof body !== "object" || body === null) return reply;
  // S7 lists keys.
  const kind = call.operation === "S7" ? "K" : (call.operation.charAt(0) as keyof Members);
  // The health of a keystore alone is an object of its own, not a member of the keystore.
  if (call.operation === "S6" || call.operation === "S8" || call.operation === "K13") return reply;
  const paths = lacking.flatMap((delta) => delta.members?.[kind] ?? []);
  const lists = ["managed_keys", "templates", "keystores", "vaults"];
  const cut = paths.reduce((rest: unknown, path) => withoutMember(rest, path.split(".")), body);
  const entries = Object.entries(cut as object).map(([name, value]) => [
    name,
    lists.includes(name) && "total_count" in body
      ? paths.reduce((rest: unknown, path) => withoutMember(rest, path.split(".")), value)
      : value,
  ]);
  return { ...reply, body: Object.fromEntries(entries) };
}
