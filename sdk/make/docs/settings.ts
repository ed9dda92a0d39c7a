/** The settings of a run: one list, from which every page with a table of settings takes its rows. */

import { readFileSync } from "node:fs";
import { snake } from "../../../provider/schema/terraform-leaves.ts";
import type { StoredSettings } from "../../../provider/settings.ts";
import { installationFile, readmeFile, settingsFile } from "../schema-file.ts";

interface Setting {
  readonly variable: string;
  /** The name in the configuration; a setting without one applies to a single run. */
  readonly property?: keyof StoredSettings;
  readonly meaning: string;
  readonly default: string;
  readonly setBy?: keyof typeof setters;
  readonly isSecret?: true;
  /** The README shows what most runs need; the reference alone shows what one command or another program needs. */
  readonly shownIn?: "readme too" | "reference only";
}

/** The people and places that may set a value of the configuration. */
const setters = {
  either: "the configuration or a run",
  caller: "each caller for their own run; the configuration only if one identity does everything",
  documented: "a run; the configuration only with a documented address",
  stricter: "both; the stricter value counts",
} as const;

const broker = "from IBM's broker, by instance and region";

const settings = [
  {
    variable: "UKO_INSTANCE_ID",
    property: "instanceId",
    meaning: "UUID of the instance",
    default: "required",
    setBy: "either",
    shownIn: "readme too",
  },
  {
    variable: "UKO_REGION",
    property: "region",
    meaning: "region of the instance, such as `eu-de`",
    default: "required without endpoints",
    setBy: "either",
    shownIn: "readme too",
  },
  {
    variable: "UKO_API_KEY",
    property: "apiKey",
    meaning: "your own API key; the run acts as its identity",
    default: "required: the key, a file with it, or a token",
    setBy: "caller",
    isSecret: true,
    shownIn: "readme too",
  },
  {
    variable: "UKO_API_KEY_FILE",
    meaning: "file with your API key, instead of the key itself; only you may have access to the file",
    default: "none",
    shownIn: "readme too",
  },
  {
    variable: "UKO_TOKEN",
    property: "token",
    meaning: "IAM access token instead of an API key",
    default: "none",
    setBy: "caller",
    isSecret: true,
    shownIn: "readme too",
  },
  {
    variable: "UKO_ENDPOINT",
    property: "endpoint",
    meaning: "address of the service",
    default: broker,
    setBy: "documented",
  },
  {
    variable: "UKO_KMS_ENDPOINT",
    property: "kmsEndpoint",
    meaning: "address of the service's KMS",
    default: broker,
    setBy: "documented",
  },
  {
    variable: "UKO_IAM_ENDPOINT",
    property: "iamEndpoint",
    meaning: "address of IAM",
    default: "IBM Cloud IAM",
    setBy: "documented",
  },
  {
    variable: "UKO_DUAL_AUTHORIZATION",
    property: "dualAuthorization",
    meaning: "`required`: two people for every key, whatever the key says",
    default: "what each key says; the setting can only tighten it",
    setBy: "stricter",
    shownIn: "readme too",
  },
  {
    variable: "UKO_STRICT_READS",
    property: "strictReads",
    meaning: "`true`: a refresh fails if it cannot read a resource",
    default: "`false`: keep the last state, and warn",
    setBy: "either",
  },
  {
    variable: "UKO_ALLOWED_HOSTS",
    meaning: "more hosts that may receive the credential, comma-separated, as `host` or `host:port`",
    default: "the service's documented hosts",
  },
  {
    variable: "UKO_CONSENT",
    meaning: "the requests that this run approves: comma-separated IDs, or `@` and a review file",
    default: "none",
    shownIn: "readme too",
  },
  {
    variable: "UKO_CONSENT_DIGEST",
    meaning: "SHA-256 of the review file, as `uko review` printed it",
    default: "required with a review file",
    shownIn: "readme too",
  },
  {
    variable: "UKO_WAIT",
    meaning: "how long each deletion may wait for a person or for time, such as `5h`; not in the dynamic provider",
    default: "`0`: stop, and say what the run is waiting for",
    shownIn: "readme too",
  },
  {
    variable: "UKO_EVIDENCE",
    meaning: "file that gets a line of JSON before and after each step",
    default: "the engine's debug log",
    shownIn: "readme too",
  },
  {
    variable: "UKO_REPORT",
    meaning: "file that gets a line of JSON for each resource and run",
    default: "none",
    shownIn: "readme too",
  },
  {
    variable: "HTTPS_PROXY",
    meaning: "address of a proxy, which may contain a password",
    default: "none",
  },
  {
    variable: "NO_PROXY",
    meaning: "hosts to reach without the proxy",
    default: "none",
  },
  {
    variable: "UKO_SIGN_PASSPHRASE_FILE",
    meaning: "file with the passphrase of an encrypted `--sign-key` of `uko certificate`",
    default: "none",
    shownIn: "reference only",
  },
  {
    variable: "CI",
    meaning: "set by pipelines: a run then warns before it holds the lock of the state for more than 15 minutes",
    default: "none",
    shownIn: "reference only",
  },
] as const satisfies readonly Setting[];

const all: readonly Setting[] = settings;
/** Every variable of the environment that a run reads as a setting. */
export const settingVariables: readonly string[] = all.map(({ variable }) => variable);

type Stored = Setting & Required<Pick<Setting, "property" | "setBy">>;
const isStored = (setting: Setting): setting is Stored => setting.property !== undefined;

/** `provider/docs/reference/settings.md`. */
export function settingsMarkdown(): string {
  return `${[
    "# Settings",
    "Use this page to look up every setting: its names, its default, and who may set it.\nThe page is generated: `npm run schema` writes it, and the tables of settings on other pages, from one list.",
    "The environment takes precedence over the configuration, so that each person runs `destroy` under their own credential.\nOnly `UKO_DUAL_AUTHORIZATION` works differently: the stricter of the two values counts.",
    "## Settings that the configuration can hold",
    "Pulumi's configuration, the `provider` block of OpenTofu and Terraform, and the environment of a run can hold these settings.\nA configuration applies to every caller, and Pulumi also stores it in the state, which other people may be able to change.\nSo an address in a configuration has to be [a documented one](../registry/installation-configuration.md#which-hosts-receive-a-credential), and a configuration cannot loosen a rule.",
    table(
      ["environment", "Pulumi", "OpenTofu, Terraform", "meaning", "default", "who may set it"],
      all
        .filter(isStored)
        .map((each) => [
          quoted(each.variable),
          quoted(`uko:${each.property}`),
          quoted(snake(each.property)),
          each.meaning,
          each.default,
          setters[each.setBy],
        ]),
    ),
    "Set `uko:apiKey` and `uko:token` with `--secret`. In the environment, `1` means `true`.",
    "## Settings of one run",
    "Only the environment of a run can hold these settings, so that a configuration cannot decide for its callers.",
    runTable(all),
    "[The threat model](../explanation/threat-model.md) says which settings protect you from another person.",
  ].join("\n\n")}\n`;
}

/** The settings section of the registries' index page: the attributes of the block, with their secrets. */
export function terraformSettings(): string {
  return table(
    ["setting", "environment", "secret"],
    all
      .filter(isStored)
      .map(({ property, variable, isSecret }) => [
        quoted(snake(property)),
        quoted(variable),
        isSecret === true ? "yes; better set in the environment" : "",
      ]),
  );
}

/** The settings that exist in the environment only. */
export function runSettings(): string {
  return runTable(all.filter(({ shownIn }) => shownIn !== "reference only"));
}

function runTable(shown: readonly Setting[]): string {
  return table(
    ["environment", "meaning", "default"],
    shown
      .filter((each) => !isStored(each))
      .map(({ variable, meaning, default: preset }) => [quoted(variable), meaning, preset]),
  );
}

function readmeSettings(): string {
  return table(
    ["setting", "environment", "Pulumi configuration", "default"],
    all
      .filter(({ shownIn }) => shownIn === "readme too")
      .map(({ meaning, variable, property, isSecret, default: preset }) => [
        meaning,
        quoted(variable),
        property === undefined ? "" : `${quoted(`uko:${property}`)}${isSecret === true ? " (`--secret`)" : ""}`,
        preset,
      ]),
  );
}

function pulumiSettings(): string {
  return table(
    ["setting", "environment", "secret", "meaning", "default"],
    all
      .filter(isStored)
      .map(({ property, variable, isSecret, meaning, default: preset }) => [
        quoted(`uko:${property}`),
        quoted(variable),
        isSecret === true ? "yes" : "",
        meaning,
        preset,
      ]),
  );
}

/** Each page with settings and its text; the pages written by hand keep all but their tables. */
export function settingsPages(): ReadonlyMap<URL, string> {
  const withTables = (file: URL, tables: Readonly<Record<string, string>>): readonly [URL, string] => [
    file,
    Object.entries(tables).reduce((text, [name, rows]) => replaceTable(text, name, rows), readFileSync(file, "utf8")),
  ];
  return new Map([
    [settingsFile, settingsMarkdown()],
    withTables(readmeFile, { settings: readmeSettings() }),
    withTables(installationFile, { settings: pulumiSettings(), "settings of a run": runSettings() }),
  ]);
}

/** Replaces the text between `<!-- NAME: ... -->` and `<!-- end of NAME -->`. */
export function replaceTable(text: string, name: string, rows: string): string {
  const [start, end] = [`<!-- ${name}: \`npm run schema\` writes this table -->\n\n`, `\n\n<!-- end of ${name} -->`];
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before === -1 || after < before) throw new Error(`A page has no marks for the table "${name}"`);
  return `${text.slice(0, before)}${start}${rows}${text.slice(after)}`;
}

const quoted = (text: string): string => `\`${text}\``;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
  return [row(heads), row(heads.map(() => "---")), ...rows.map(row)].join("\n");
}
