/**
 * `uko ls`: lists vaults, keystores, templates, keys and KMS keys, or with `--undeclared` the managed keys that no
 * exported state of an engine declares.
 */

import { Argument, type Command, Option } from "commander";
import { jsonLine, lifecycleStates, listedKinds, sayKmsDualAuth, sayTime } from "../compose/text.ts";
import type { Listed, ListedOf } from "../engine/commands/listed-forms.ts";
import type { ListedKind } from "../engine/commands/listed-kinds.ts";
import type { Listing } from "../engine/commands/listing.ts";
import { mostSevere } from "../errors.ts";
import type { CliWorld, TextOutput } from "./cli-world.ts";
import { exportedState, readInputFile } from "./files.ts";
import { printError } from "./print.ts";
import { type OpenRun, withOperations } from "./run.ts";
import { type Cell, type Column, paint, renderTable, type Tone } from "./table.ts";

type LifecycleState = ListedOf<"key">["lifecycleState"];

interface LsOptions {
  readonly kind?: readonly ListedKind[];
  readonly state?: readonly LifecycleState[];
  readonly name?: string;
  readonly held?: true;
  readonly undeclared?: readonly string[];
  readonly json?: true;
}

export function addLsCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("ls")
    .description("List vaults, or the keystores, templates and keys of a vault; changes nothing")
    .addArgument(
      new Argument("[vault]", "name or ID of a vault; without it, uko lists the vaults, or the keys of Key Protect"),
    )
    .addOption(new Option("--kind <kind...>", "only these kinds").choices(listedKinds))
    .addOption(
      new Option(
        "--state <state...>",
        "only keys in these states; deactivated includes keys whose deletion waits in that state",
      ).choices(lifecycleStates),
    )
    .option("--name <text>", "only what has this text in its name, label or alias")
    .addOption(new Option("--held", "only keys that are held, with their holds").conflicts("kind"))
    .addOption(
      new Option("--undeclared <file...>", "only keys that no resource in these exported states declares").conflicts(
        "kind",
      ),
    )
    .option("--json", "one line of JSON per object")
    .action(async (vault: string | undefined, given: LsOptions) => end(await runLs(world, vault, given)));
}

/**
 * The kinds to list. Without a vault only vaults are listed, which fit on a screen, unless a filter asks for their
 * contents.
 */
function kindsFor(
  { keyProtect }: OpenRun["settings"],
  vault: string | undefined,
  { kind, state, name, held, undeclared }: LsOptions,
): readonly ListedKind[] {
  if (kind !== undefined) return listedKinds.filter((each) => kind.includes(each));
  if (state !== undefined || held === true || undeclared !== undefined) return ["key"];
  if (vault !== undefined) return ["keystore", "template", "key"];
  if (keyProtect !== undefined) return ["kms"];
  return name === undefined ? ["vault"] : listedKinds.filter((each) => each !== "kms");
}

function runLs(world: CliWorld, vault: string | undefined, given: LsOptions): Promise<number> {
  return withOperations(world, async ({ directory, settings, options }) => {
    const { state: states, name: contains, held, undeclared } = given;
    const declared = undeclared && (await declaredIn(world, undeclared));
    const vaults = vault === undefined ? [] : [await directory.findVault(vault, options)];
    const kinds = kindsFor(settings, vault, given);
    const filters = {
      ...(states && { states }),
      ...(contains !== undefined && { contains }),
      ...(held && { isHeld: held }),
    };
    const query = { vaults, kinds, ...filters };
    const listing = await directory.list(query, options);
    const objects = listing.objects.filter(
      (object) => object.resource !== "key" || declared?.has(`${object.vaultId}/${object.keyId}`) !== true,
    );
    return writeListing(world, kinds, { ...listing, objects }, given.json === true);
  });
}

function writeListing(
  world: CliWorld,
  kinds: readonly ListedKind[],
  { objects, unreadable }: Listing,
  json: boolean,
): number {
  if (json) for (const object of objects) world.out.write(`${jsonLine({ v: 1, ...object })}\n`);
  else world.out.write(`${tablesOf(world.out, kinds, objects)}\n`);
  for (const { vaultId, kind, error } of unreadable) {
    if (json) printError(world, error, true, { vaultId });
    else world.err.write(`The ${kind}s of vault ${vaultId} are not listed: ${error.summary}\n`);
  }
  return mostSevere(unreadable.map(({ error }) => error.exitCode));
}

function tablesOf(output: TextOutput, kinds: readonly ListedKind[], objects: readonly Listed[]): string {
  if (objects.length === 0) return "Nothing matches.";
  const tables = kinds.flatMap((kind) => {
    const table = tableOfKind(output, kind, objects);
    return table === undefined || kinds.length === 1
      ? (table ?? [])
      : `${paint(output, "strong", headings[kind])}\n${table}`;
  });
  return tables.join("\n\n");
}

function tableOfKind<Kind extends ListedKind>(output: TextOutput, kind: Kind, objects: readonly Listed[]) {
  const own = objects.filter((object): object is ListedOf<Kind> => object.resource === kind);
  if (own.length === 0) return undefined;
  const shown: readonly ListColumn<Kind>[] = columns[kind];
  return renderTable(output, {
    columns: shown,
    rows: own.map((object) => shown.map(({ cell }) => cell(object, output))),
  });
}

const headings = {
  vault: "Vaults",
  keystore: "Keystores",
  template: "Templates",
  key: "Keys",
  kms: "KMS keys",
} as const;

/** The width from which a row shows a key's full path. A narrower terminal shows only the ID of the key. */
const wideColumns = 160;

interface ListColumn<Kind extends ListedKind> extends Column {
  readonly cell: (object: ListedOf<Kind>, output: TextOutput) => Cell;
}

const columns: { readonly [Kind in ListedKind]: readonly ListColumn<Kind>[] } = {
  vault: [
    { head: "NAME", cell: ({ name }) => name },
    { head: "DESCRIPTION", minWidth: 12, cell: ({ description }) => description },
    { head: "ID", cell: ({ vaultId }) => vaultId },
  ],
  keystore: [
    { head: "NAME", cell: ({ name }) => name },
    { head: "TYPE", minWidth: 7, cell: ({ type }) => type },
    { head: "GROUPS", minWidth: 8, isOptional: true, cell: ({ groups }) => groups.join(", ") },
    { head: "HEALTH", cell: ({ health }) => health },
    { head: "ID", cell: ({ keystoreId }) => keystoreId },
  ],
  template: [
    { head: "NAME", cell: ({ name }) => name },
    { head: "ALGORITHM", isOptional: true, cell: ({ algorithm, size }) => `${algorithm} ${size}` },
    { head: "KEYS START", cell: ({ isArchived, keyState }) => (isArchived ? "archived" : keyState) },
    { head: "ID", cell: ({ templateId }) => templateId },
  ],
  key: [
    { head: "NAME", cell: ({ vault, label }) => `${vault}/${label}` },
    {
      head: "STATE",
      cell: ({ lifecycleState: state, holds }) => ({
        text: holds.length === 0 ? state : `${state}, held (${holds.map(({ kind }) => kind).join(", ")})`,
        tone: tones[state],
      }),
    },
    { head: "TEMPLATE", minWidth: 8, isOptional: true, cell: ({ template }) => template },
    { head: "ALGORITHM", isOptional: true, cell: ({ algorithm, size }) => `${algorithm} ${size}` },
    { head: "KEYSTORES", minWidth: 9, isOptional: true, cell: ({ keystores }) => keystores.join(", ") },
    {
      head: "ID",
      cell: ({ vaultId, keyId }, { columns: width = wideColumns }) =>
        width >= wideColumns ? `${vaultId}/${keyId}` : keyId,
    },
  ],
  kms: [
    { head: "NAME", cell: ({ name }) => name },
    {
      head: "STATE",
      cell: ({ keyState, windowEndsAt, restorableUntil }) =>
        [
          keyState,
          ...(windowEndsAt === undefined ? [] : [`set for deletion until ${sayTime(Date.parse(windowEndsAt))}`]),
          ...(restorableUntil === undefined ? [] : [`restorable until ${sayTime(Date.parse(restorableUntil))}`]),
        ].join(", "),
    },
    {
      head: "TYPE",
      minWidth: 8,
      isOptional: true,
      cell: ({ type, isImported }) => (isImported ? `${type}, imported` : type),
    },
    { head: "RING", minWidth: 7, isOptional: true, cell: ({ keyRing }) => keyRing },
    { head: "ALIASES", minWidth: 7, isOptional: true, cell: ({ aliases }) => aliases.join(", ") },
    { head: "DUAL AUTHORIZATION", cell: sayKmsDualAuth },
    { head: "ID", cell: ({ keyId }) => `kms/${keyId}` },
  ],
};

const tones: Readonly<Record<LifecycleState, Tone>> = {
  active: "done",
  pre_activation: "quiet",
  pending_approval: "waiting",
  approved: "waiting",
  pending_request: "waiting",
  cooling_down: "waiting",
  deactivated: "waiting",
  pending_destruction: "waiting",
  destroyed: "refused",
  compromised: "refused",
  unrecognized: "refused",
};

/** The managed keys that exported states declare. The reader of states is loaded only for --undeclared. */
async function declaredIn(world: CliWorld, files: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const { declarationsIn } = await import("../compose/operations.ts");
  const texts = files.map(async (name) => ({ name, text: await readInputFile(world, name, exportedState) }));
  return declarationsIn(await Promise.all(texts));
}
