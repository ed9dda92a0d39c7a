/** The page `GET /`: world, clock and audit trail, without scripts and credentials. */

import { createHash } from "node:crypto";
import type { Context } from "hono";
import { html, raw } from "hono/html";
import { shownStatuses } from "../keystore-effects.ts";
import { switchDefaults } from "../switches.ts";
import type { World } from "../world.ts";

const maxRows = 100;
/** The columns whose cells take several lines; all others would be hard to read or to copy. */
const wrapping: readonly string[] = ["Roles", "Description", "Statuses in keystores", "Request"];

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 1rem auto; max-width: 100rem; padding: 0 1rem; }
div { margin: 0 0 1.5rem; overflow-x: auto; }
div:focus-visible, a:focus-visible { outline: 2px solid; outline-offset: 2px; }
table { border-collapse: collapse; }
caption { font-weight: bold; padding: 0.25rem 0; text-align: start; }
th, td { border: 1px solid GrayText; padding: 0.25rem 0.5rem; text-align: start; vertical-align: top; white-space: nowrap; }
td.wraps { min-width: 16rem; overflow-wrap: anywhere; white-space: normal; }
dt { font-weight: bold; }
`;
const styleHash = createHash("sha256").update(style).digest("base64");

/** `html` escapes every value. */
export function worldPage(world: World, context: Context): Response | Promise<Response> {
  const nowMs = world.clock.nowMs();
  context.header("date", new Date(nowMs).toUTCString());
  context.header("content-security-policy", `default-src 'none'; style-src 'sha256-${styleHash}'`);
  return context.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>uko emulator</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>uko emulator</h1>
<p>This page shows the state at the time of the request. Reload it to see changes.
The same in JSON: <a href="/_emulator/world">world</a>, <a href="/_emulator/clock">clock</a>,
<a href="/_emulator/audit">audit trail</a>.</p>
<h2>Instance and clock</h2>
<dl>
<dt>Instance</dt><dd><code>${world.instanceId}</code></dd>
<dt>Time</dt><dd>${timeText(nowMs)}${world.clock.isFrozen ? ", frozen" : ""}</dd>
<dt>Profile</dt><dd>${world.profile}</dd>
<dt>Switches that differ from their defaults</dt><dd>${changedSwitches(world)}</dd>
</dl>
<h2>World</h2>
${worldTables(world, nowMs)}
<h2>Audit trail</h2>
${auditTable(world)}
</main>
</body>
</html>
`);
}

function changedSwitches({ switches }: World) {
  const changed = Object.entries(switches).filter(([name, value]) => value !== defaultOf(name));
  return changed.length === 0 ? "none" : changed.map(([name, value]) => html`<code>${name}: ${String(value)}</code> `);
}

function defaultOf(name: string): unknown {
  return new Map<string, unknown>(Object.entries(switchDefaults)).get(name);
}

function worldTables(world: World, nowMs: number) {
  const vaultName = (id: string): string => world.vaults.get(id)?.name ?? id;
  const { identities } = world.seed;
  const keys = [...world.keys.values()].filter(({ headId }) => headId === undefined);
  return [
    table("Identities", ["Name", "Kind", "Roles", "IAM ID"], identities, ({ name, kind, roles, iamId }) => [
      name,
      kind,
      roles.join(", "),
      iamId,
    ]),
    table("Vaults", ["Name", "Description", "ID"], [...world.vaults.values()], ({ name, description, id }) => [
      name,
      description,
      id,
    ]),
    table(
      "Keystores",
      ["Name", "Vault", "Type", "Groups", "Status calls", "Refuses", "ID"],
      [...world.keystores.values()],
      ({ name, vaultId, type, variant, groups, answers, refuses, id }) => [
        name,
        vaultName(vaultId),
        variant === undefined ? type : `${type}, ${variant}`,
        groups.join(", "),
        answers,
        [...refuses].join(", "),
        id,
      ],
    ),
    table(
      "Templates",
      ["Name", "Vault", "Keystore type", "Group", "Key state", "ID"],
      [...world.templates.values()],
      ({ name, vaultId, keystoreType, group, keyState, id }) => [
        name,
        vaultName(vaultId),
        keystoreType,
        group,
        keyState,
        id,
      ],
    ),
    table("Keys", ["Label", "Vault", "State", "Statuses in keystores", "Last write", "By", "ID"], keys, (key) => [
      key.label,
      vaultName(key.vaultId),
      key.state,
      shownStatuses(world, key, nowMs)
        .map(({ keystore, status }) => `${keystore.name}: ${status}`)
        .join(", "),
      timeText(key.updatedMs),
      key.updatedBy,
      key.id,
    ]),
    table(
      "KMS keys",
      ["Name", "Ring", "State", "Backs the managed key", "ID"],
      [...world.kmsKeys.values()],
      ({ name, ring, state, twinOf, id }) => [name, ring, kmsStates[state], twinOf?.keyId, id],
    ),
  ];
}

const kmsStates = { 1: "active", 2: "suspended", 3: "deactivated", 5: "destroyed" } as const;

function auditTable({ audit }: World) {
  return table(
    "Requests, newest first",
    ["Seq", "Time", "Operation", "Caller", "Status", "Effect", "Key", "Request"],
    audit.since(0).toReversed(),
    ({ seq, time, operation, method, path, query = "", caller, callerName, status, effect, label }) => [
      seq,
      timeText(Date.parse(time)),
      operation,
      callerName ?? caller,
      operation === "seed" ? "" : status,
      effect ? "yes" : "no",
      label,
      `${method} ${path}${query}`,
    ],
  );
}

function table<Item>(
  title: string,
  heads: readonly string[],
  items: readonly Item[],
  cellsOf: (item: Item) => readonly unknown[],
) {
  const shown = items.slice(0, maxRows);
  const cell = (value: unknown, column: number) =>
    wrapping.includes(heads[column] ?? "")
      ? html`<td class="wraps">${value ?? ""}</td>`
      : html`<td>${value ?? ""}</td>`;
  const count = shown.length < items.length ? `${shown.length} of ${items.length} entries` : `${items.length}`;
  return html`<div role="region" tabindex="0" aria-label="${title}">
<table><caption>${title} (${count})</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${shown.map(
    (item) => html`<tr>${cellsOf(item).map(cell)}</tr>
`,
  )}</tbody></table>
</div>
`;
}

function timeText(ms: number): string {
  return new Date(ms).toUTCString().slice(5).replace("GMT", "UTC");
}
