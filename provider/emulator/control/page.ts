/**
 * Serves the page `GET /`, on which a person sees the objects, the clock and the audit trail of the emulator. A table
 * shows at most 100 rows. The page needs no script and shows no credential.
 */

import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Reply } from "../http.ts";
import { shownStatuses } from "../keystore-effects.ts";
import { type Switches, switchDefaults } from "../switches.ts";
import type { World } from "../world.ts";

const maxRows = 100;
/** The columns whose text may wrap. Other texts would be hard to read or to copy on several lines. */
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
export async function worldPage(world: World): Promise<Reply> {
  const nowMs = world.clock.nowMs();
  const headers = {
    "content-type": "text/html; charset=UTF-8",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'`,
    date: new Date(nowMs).toUTCString(),
  };
  const page = await html`<!doctype html>
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
`;
  return { status: 200, headers, body: page.toString() };
}

function changedSwitches({ switches }: World) {
  const changed = Object.entries(switches).filter(([name, value]) => value !== switchDefaults[name as keyof Switches]);
  return changed.length === 0 ? "none" : changed.map(([name, value]) => html`<code>${name}: ${String(value)}</code> `);
}

function worldTables(world: World, nowMs: number) {
  const vault = ({ vaultId }: { readonly vaultId: string }): string => world.vaults.get(vaultId)?.name ?? vaultId;
  const keys = [...world.keys.values()].filter(({ headId }) => headId === undefined);
  return [
    table("Identities", world.seed.identities, {
      Name: "name",
      Kind: "kind",
      Roles: ({ roles }) => roles.join(", "),
      "IAM ID": "iamId",
    }),
    table("Vaults", [...world.vaults.values()], { Name: "name", Description: "description", ID: "id" }),
    table("Keystores", [...world.keystores.values()], {
      Name: "name",
      Vault: vault,
      Type: ({ type, variant }) => (variant === undefined ? type : `${type}, ${variant}`),
      Groups: ({ groups }) => groups.join(", "),
      "Status calls": "statusResponse",
      Refuses: ({ refuses }) => [...refuses].join(", "),
      ID: "id",
    }),
    table("Templates", [...world.templates.values()], {
      Name: "name",
      Vault: vault,
      "Keystore type": "keystoreType",
      Group: "group",
      "Key state": "keyState",
      ID: "id",
    }),
    table("Keys", keys, {
      Label: "label",
      Vault: vault,
      State: "state",
      "Statuses in keystores": (key) =>
        shownStatuses(world, key, nowMs)
          .map(({ keystore, status }) => `${keystore.name}: ${status}`)
          .join(", "),
      "Last write": ({ updatedMs }) => timeText(updatedMs),
      By: "updatedBy",
      ID: "id",
    }),
    table("KMS keys", [...world.kmsKeys.values()], {
      Name: "name",
      Ring: "ring",
      State: ({ state }) => kmsStates[state],
      "Backs the managed key": ({ backingKeyOf }) => backingKeyOf?.keyId,
      ID: "id",
    }),
  ];
}

const kmsStates = { 1: "active", 2: "suspended", 3: "deactivated", 5: "destroyed" } as const;

function auditTable({ audit }: World) {
  return table("Requests, newest first", audit.since(0).toReversed(), {
    Seq: "seq",
    Time: ({ time }) => timeText(Date.parse(time)),
    Operation: "operation",
    Caller: ({ caller, callerName }) => callerName ?? caller,
    Status: ({ operation, status }) => (operation === "seed" ? "" : status),
    Effect: ({ effect }) => (effect ? "yes" : "no"),
    Key: "label",
    Request: ({ method, path, query = "" }) => `${method} ${path}${query}`,
  });
}

/** Columns by their titles: a member of the item, or what a function makes of it. */
type Columns<Item> = Readonly<Record<string, keyof Item | ((item: Item) => unknown)>>;

function table<Item extends object>(title: string, items: readonly Item[], columns: Columns<Item>) {
  const shown = items.slice(0, maxRows);
  const cell = (item: Item, [head, column]: [string, Columns<Item>[string]]) => {
    const value = typeof column === "function" ? column(item) : item[column];
    return wrapping.includes(head) ? html`<td class="wraps">${value ?? ""}</td>` : html`<td>${value ?? ""}</td>`;
  };
  const count = shown.length < items.length ? `${shown.length} of ${items.length} entries` : `${items.length}`;
  return html`<div role="region" tabindex="0" aria-label="${title}">
<table><caption>${title} (${count})</caption>
<thead><tr>${Object.keys(columns).map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${shown.map(
    (item) => html`<tr>${Object.entries(columns).map((column) => cell(item, column))}</tr>
`,
  )}</tbody></table>
</div>
`;
}

function timeText(ms: number): string {
  return new Date(ms).toUTCString().slice(5).replace("GMT", "UTC");
}
