/** The settings of a run: one list, from which every page with a table of settings takes its rows. */

import { readFileSync } from "node:fs";
import { variables } from "../../../provider/cli/help.ts";
import { snake } from "../../../provider/resources/schema/terraform-leaves.ts";
import type { StoredSettings } from "../../../provider/settings.ts";
import { installationFile, settingsFile } from "../schema-file.ts";

interface Details {
  /** The name in the configuration; a setting without one applies to a single run. */
  readonly property?: keyof StoredSettings;
  readonly default: string;
  readonly setBy?: keyof typeof setters;
  readonly isSecret?: true;
  /** What one command or another program needs is shown in the reference alone. */
  readonly shownIn?: "reference only";
}

/** The people and places that may set a value of the configuration. */
const setters = {
  either: "the configuration or a run",
  caller: "each caller for their own run; the configuration only if one identity does everything",
  documented: "a run; the configuration only with a documented address",
  stricter: "both; the stricter value counts",
} as const;

const broker = "from IBM's broker, by instance and region";

/** In the order of `variables`. */
const settings: Readonly<Record<keyof typeof variables, Details>> = {
  UKO_INSTANCE_ID: { property: "instanceId", default: "required", setBy: "either" },
  UKO_REGION: { property: "region", default: "required without endpoints", setBy: "either" },
  UKO_API_KEY: {
    property: "apiKey",
    default: "required: the key, a file with it, or a token",
    setBy: "caller",
    isSecret: true,
  },
  UKO_API_KEY_FILE: { default: "none" },
  UKO_TOKEN: { property: "token", default: "none", setBy: "caller", isSecret: true },
  UKO_ENDPOINT: { property: "endpoint", default: broker, setBy: "documented" },
  UKO_KMS_ENDPOINT: { property: "kmsEndpoint", default: broker, setBy: "documented" },
  UKO_IAM_ENDPOINT: { property: "iamEndpoint", default: "IBM Cloud IAM", setBy: "documented" },
  UKO_DUAL_AUTHORIZATION: {
    property: "dualAuthorization",
    default: "what each key says; the setting can only tighten it",
    setBy: "stricter",
  },
  UKO_STRICT_READS: { property: "strictReads", default: "`false`: keep the last state, and warn", setBy: "either" },
  UKO_ALLOWED_HOSTS: { default: "the service's documented hosts" },
  UKO_WAIT: { default: "`0`: stop, and say what the run is waiting for" },
  UKO_EVIDENCE: {
    default: "a file for each instance in your state folder; required if `CI` is set",
  },
  UKO_REPORT: { default: "none" },
  HTTPS_PROXY: { default: "none" },
  NO_PROXY: { default: "none" },
  UKO_SIGN_PASSPHRASE_FILE: { default: "none", shownIn: "reference only" },
  CI: { default: "none", shownIn: "reference only" },
};

interface Setting extends Details {
  readonly variable: string;
  readonly meaning: string;
}

const all: readonly Setting[] = Object.entries(variables).map(([variable, meaning]) => {
  return { variable, meaning, ...settings[variable as keyof typeof variables] };
});

type Stored = Setting & Required<Pick<Setting, "property" | "setBy">>;
const isStored = (setting: Setting): setting is Stored => setting.property !== undefined;

/** `provider/docs/reference/settings.md`. */
export const settingNames = Object.keys(settings);

export function settingsMarkdown(): string {
  return `${[
    "# Settings",
    "Every setting: its names, its default, and who may set it.\nThe page is generated: `npm run schema` writes it, and the tables of settings on other pages, from one list.",
    "The environment takes precedence over the configuration, so that each person runs `destroy` under their own credential.\nOf `UKO_DUAL_AUTHORIZATION`, the stricter of the two values counts. Two different instances are an error.",
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
    "Only the environment of a run can hold these settings, so that a configuration cannot decide for its callers.\nA person who can set two variables of your environment, an address and `UKO_ALLOWED_HOSTS`, gets your credential.",
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
  return new Map([[settingsFile, settingsMarkdown()], withTables(installationFile, { settings: pulumiSettings() })]);
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
