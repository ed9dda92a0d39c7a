/**
 * Makes the emulator behave like an older version of UKO's API (uko-v4.md 1.6), which the switch `apiVersion` chooses,
 * or like the cloud build of 4.13.0 (switch `cloudBuild`). One table lists what each version added; almost all other
 * code serves the latest version.
 */

import { withChangedMember, withoutMember, withRenamedMember } from "../http/members.ts";
import { type Call, jsonObject, type Reply, type Route } from "../http/responses.ts";
import type { KeystoreType } from "../store/model.ts";
import { switchesSchema } from "../store/switches.ts";
import type { World } from "../store/world.ts";
import { invalid } from "./envelope.ts";

/** The versions, the oldest first. */
const apiVersions = switchesSchema.shape.apiVersion.unwrap().options;
type ApiVersion = (typeof apiVersions)[number];

/** Members of each kind of object. A dot leads into a member, or into each item of a list. */
type Members = Readonly<Partial<Record<"keys" | "keystores", readonly string[]>>>;

interface Delta {
  readonly since: ApiVersion | "no cloud build";
  readonly parameters?: Readonly<Record<string, readonly string[]>>;
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** Members that an older version has under another name. */
  readonly renames?: readonly (readonly [member: string, olderName: string])[];
  readonly members?: Members;
  /** The statuses that an older version reports in place of one that it does not have. */
  readonly statuses?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The value that a field can have since this version. */
  readonly values?: Readonly<Record<string, readonly [path: string, value: string]>>;
}

const reported = (status: string, flag: string, detail: string) =>
  ({ status, keystore_sync_flag: flag, keystore_sync_flag_detail: detail }) as const;
const ends = ["destruction_policy_duration", "destruction_in"];
const keyParameters = (...names: readonly string[]) => ({
  listManagedKeys: names,
  listManagedKeyVersions: names,
  listKeysOfKeystore: names,
});

/** The differences, by the version that added them; 4.13 means 4.13.6. */
const deltas: readonly Delta[] = [
  {
    since: "4.13",
    parameters: {
      ...keyParameters("status_in_keystores[].keystore_sync_flag", "template.alignment_status"),
      listKeystores: ["status.health_status"],
    },
    fields: { createKeystore: ["azure_variant"], updateKeystore: ["azure_variant"] },
    members: {
      keys: ["template.alignment_status", "is_rotatable", "status_in_keystores.instance"],
      keystores: ["status", "azure_variant"],
    },
    statuses: { unknown: reported("error", "error", "connection_error") },
  },
  {
    since: "4.14.0",
    parameters: { deleteManagedKey: ["force"], ...keyParameters("key_material_present") },
    members: { keys: ["key_material_present", ...ends.map((name) => `status_in_keystores.${name}`)] },
    statuses: { pending_destruction: reported("not_active", "out_of_sync", "destroyed_key_is_present_in_keystore") },
  },
  { since: "4.14", renames: [["status_in_keystores.destruction_at", "destruction_in"]] },
  {
    since: "no cloud build",
    parameters: { deleteKeystore: ["mode"] },
    values: { createKeystore: ["type", "cca"], createTemplate: ["keystores.type", "cca"] },
    members: { keys: ["status_in_keystores.instance"] },
    statuses: { unknown: reported("unknown", "pending", "unknown") },
  },
];

/** The route in the version that the switch `apiVersion` names. */
export function routeInVersion(route: Route): Route {
  return {
    ...route,
    handle: (call) => {
      const missingDeltas = deltas.filter(({ since }) => lacks(call.world, since));
      if (missingDeltas.length === 0) return route.handle(call);
      const reply = route.handle(reducedCall(call, missingDeltas));
      return reply instanceof Promise
        ? reply.then((later) => reducedReply(call, later, missingDeltas))
        : reducedReply(call, reply, missingDeltas);
    },
  };
}

function lacks({ switches }: World, since: Delta["since"]): boolean {
  if (since === "no cloud build") return switches.cloudBuild;
  return apiVersions.indexOf(since) > apiVersions.indexOf(switches.apiVersion);
}

/**
 * The proxy of a keystore as a response shows it. Version 4.12 always shows it, as a text; later versions only Azure's
 * (uko-v4.md 3.7).
 */
export function shownProxy({ switches }: World, type: KeystoreType, proxy: unknown): Readonly<Record<string, unknown>> {
  if (switches.apiVersion === "4.12") return { tls_proxy: proxy ?? "" };
  return type === "azure_key_vault" && proxy !== undefined ? { tls_proxy: proxy } : {};
}

/** The call as an older version reads it: unknown parameters are ignored (U5), and unknown fields are refused. */
function reducedCall(call: Call, lacking: readonly Delta[]): Call {
  const { operation } = call;
  call.caller();
  const body = jsonObject(call) ?? {};
  for (const name of lacking.flatMap((delta) => delta.fields?.[operation] ?? [])) {
    if (name in body) throw invalid("field", name);
  }
  for (const { values } of lacking) {
    const [path, value] = values?.[operation] ?? [];
    if (path !== undefined && valuesAt(body, path.split(".")).includes(value)) throw invalid("field", path);
  }
  const url = new URL(call.url);
  for (const name of lacking.flatMap((delta) => delta.parameters?.[operation] ?? [])) url.searchParams.delete(name);
  return { ...call, url };
}

/** The values of a path that leads into members and into each item of lists. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  return valuesAt(new Map<string, unknown>(Object.entries(value)).get(name), rest);
}

/** What the response shows: keys, or keystores. Other objects, such as the health of a keystore alone, never differed. */
function kindOf({ url: { pathname } }: Call): keyof Members | undefined {
  if (/\/(?:status|associated_resources)$/.test(pathname)) return undefined;
  if (pathname.includes("/managed_keys")) return "keys";
  return pathname.includes("/keystores") ? "keystores" : undefined;
}

function reducedReply(call: Call, reply: Reply, lacking: readonly Delta[]): Reply {
  const { body } = reply;
  if (typeof body !== "object" || body === null) return reply;
  const kind = kindOf(call);
  if (kind === undefined) return reply;
  const paths = lacking.flatMap((delta) => delta.members?.[kind] ?? []);
  const renames = lacking.flatMap((delta) => delta.renames ?? []);
  const statuses = new Map(lacking.flatMap((delta) => Object.entries(delta.statuses ?? {})));
  const reduced = (value: unknown): unknown => {
    const said = (entry: Readonly<Record<string, unknown>>) => ({ ...entry, ...statuses.get(String(entry.status)) });
    const reworded = kind === "keys" ? withChangedMember(value, ["status_in_keystores", "status"], said) : value;
    const renamed = renames.reduce((rest, [path, name]) => withRenamedMember(rest, path.split("."), name), reworded);
    return paths.reduce((rest, path) => withoutMember(rest, path.split(".")), renamed);
  };
  const lists = ["managed_keys", "templates", "keystores", "vaults"];
  const entries = Object.entries(reduced(body) as object).map(([name, value]) => [
    name,
    lists.includes(name) && "total_count" in body ? reduced(value) : value,
  ]);
  return { ...reply, body: Object.fromEntries(entries) };
}
