/** The lists K1 and K14 with their filters (uko-v4.md 2.2, 2.3). */

import { toSecondsText } from "../clock.ts";
import { keyStates } from "../key-states.ts";
import { materialOf, shownStatuses } from "../keystore-effects.ts";
import type { Key } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import type { World } from "../world.ts";
import { keyOf, mayUseVault, requireRight } from "./access.ts";
import { invalid } from "./envelope.ts";
import { alignmentOf, viewKey } from "./key-view.ts";
import { listReply } from "./paging.ts";

type Filter = (world: World, key: Key, value: string, nowMs: number) => boolean;

const oneOf =
  (values: (world: World, key: Key, nowMs: number) => readonly (string | undefined)[]): Filter =>
  (world, key, value, nowMs) => {
    const wanted = value.split(",");
    return values(world, key, nowMs).some((found) => found !== undefined && wanted.includes(found));
  };
const day = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : toSecondsText(ms).slice(0, 10);
const templateOf = (world: World, key: Key) => world.templates.get(key.templateId);
const keystoresOf = (world: World, key: Key) => key.placements.map(({ keystoreId }) => world.keystores.get(keystoreId));

/** Date filters: exact, and bounds that include the day or not. */
function dateFilters(
  name: string,
  dateOf: (key: Key) => string | undefined,
  bounds: "inclusive" | "strict",
): Record<string, Filter> {
  const known = (key: Key, test: (at: string) => boolean): boolean => {
    const at = dateOf(key);
    return at !== undefined && test(at);
  };
  return {
    [name]: (_, key, value) => known(key, (at) => at === value),
    [`${name}_min`]: (_, key, value) => known(key, (at) => (bounds === "inclusive" ? at >= value : at > value)),
    [`${name}_max`]: (_, key, value) => known(key, (at) => (bounds === "inclusive" ? at <= value : at < value)),
  };
}

const filters: Readonly<Record<string, Filter>> = {
  "vault.id": oneOf((_, key) => [key.vaultId]),
  state: oneOf((_, key) => [key.state]),
  // U36: a case-sensitive part of the label.
  label: (_, key, value) => key.label.includes(value),
  algorithm: oneOf((world, key) => [templateOf(world, key)?.algorithm]),
  size: oneOf((world, key) => [templateOf(world, key)?.size]),
  size_min: (world, key, value) => Number(templateOf(world, key)?.size) >= Number(value),
  size_max: (world, key, value) => Number(templateOf(world, key)?.size) <= Number(value),
  "template.id": oneOf((_, key) => [key.templateId]),
  "template.name": (world, key, value) => templateOf(world, key)?.name.startsWith(value) === true,
  "template.type[]": oneOf((world, key) => [templateOf(world, key)?.type]),
  "template.alignment_status": oneOf((world, key) => [alignmentOf(world, key)]),
  "referenced_keystores[].type": oneOf((world, key) => keystoresOf(world, key).map((keystore) => keystore?.type)),
  "referenced_keystores[].name": oneOf((world, key) => keystoresOf(world, key).map((keystore) => keystore?.name)),
  "instances[].keystore.type": oneOf((world, key) => [templateOf(world, key)?.keystoreType]),
  "status_in_keystores[].keystore_sync_flag": oneOf((world, key, nowMs) =>
    shownStatuses(world, key, nowMs).map((status) => status.keystore_sync_flag),
  ),
  key_material_present: oneOf((world, key, nowMs) => [
    key.state === "destroyed" ? undefined : "repository",
    key.placements.some((placement) => materialOf(world, key, placement, nowMs).kind !== "absent")
      ? "keystores"
      : undefined,
  ]),
  ...dateFilters("activation_date", (key) => key.activationDate, "inclusive"),
  ...dateFilters("deactivation_date", (key) => key.expirationDate, "inclusive"),
  ...dateFilters("expiration_date", (key) => key.expirationDate, "inclusive"),
  ...dateFilters("created_at", (key) => day(key.createdMs), "inclusive"),
  ...dateFilters("updated_at", (key) => day(key.updatedMs), "strict"),
  ...dateFilters("rotated_at", (key) => day(key.rotatedMs), "strict"),
};

/** Filters that may not be combined (uko-v4.md 2.3). */
const exclusive: readonly (readonly [string, string])[] = [
  ["referenced_keystores[].type", "instances[].keystore.type"],
  ["deactivation_date", "expiration_date"],
  ...["activation_date", "deactivation_date", "expiration_date", "created_at", "updated_at", "size"].flatMap(
    (name): (readonly [string, string])[] => [
      [name, `${name}_min`],
      [name, `${name}_max`],
    ],
  ),
];

/** K1: hides deactivated and destroyed keys unless asked for (uko-v4.md 0.2). */
export function listKeys(call: Call): Reply {
  const caller = call.caller();
  requireRight(caller, "managed-keys.list");
  const keys = [...call.world.keys.values()].filter(
    (key) => key.headId === undefined && mayUseVault(caller, key.vaultId),
  );
  return filtered(call, keys, "pre_activation,active", "-updated_at");
}

/** K14: the current version first; no default filter (U11). */
export function listVersions(call: Call): Reply {
  const key = call.world.headOf(keyOf(call));
  return filtered(call, [key, ...call.world.olderVersions(key)], undefined, "-version");
}

function filtered(call: Call, keys: readonly Key[], defaultState: string | undefined, defaultSort: string): Reply {
  const { world, nowMs } = call;
  const query = call.url.searchParams;
  for (const [one, other] of exclusive) if (query.has(one) && query.has(other)) throw invalid("parameter", other);
  const states = query.get("state") ?? defaultState;
  if (states?.split(",").some((state) => !keyStates.some((known) => known === state)))
    throw invalid("parameter", "state");
  // U33: parameters that are no filter are ignored.
  const applied = [
    ...query,
    ...(query.has("state") || states === undefined ? [] : [["state", states] as const]),
  ].flatMap(([name, value]) => {
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
    return filter === undefined ? [] : [{ filter, value }];
  });
  return listReply(call, {
    name: "managed_keys",
    items: keys.filter((key) => applied.every(({ filter, value }) => filter(world, key, value, nowMs))),
    view: (key) => viewKey(world, key, nowMs),
    defaultSort,
    sortable: {
      label: (key) => key.label,
      algorithm: (key) => templateOf(world, key)?.algorithm,
      state: (key) => key.state,
      activation_date: (key) => key.activationDate,
      deactivation_date: (key) => key.expirationDate,
      created_at: (key) => key.createdMs,
      updated_at: (key) => key.updatedMs,
      size: (key) => Number(templateOf(world, key)?.size),
      version: (key) => key.version,
      "vault.id": (key) => key.vaultId,
    },
  });
}
