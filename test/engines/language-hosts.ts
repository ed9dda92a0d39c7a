/** The language hosts of Pulumi beside Node's: what the CLI needs to run a program in Python, Go, YAML or Java. */

import type { Engine } from "./find-engine.ts";

export const hostLanguages = ["python", "go", "yaml", "java"] as const;
export type HostLanguage = (typeof hostLanguages)[number];

/** Later ones are no Go modules any more; these still serve the CLI that we build. */
const sdkVersion = "3.62.0";
const sdk = "github.com/pulumi/pulumi/sdk/v3";
const yamlVersion = "1.25.0";
const yaml = "github.com/pulumi/pulumi-yaml";
const javaVersion = "1.12.0";
const java = "github.com/pulumi/pulumi-java/pkg";

interface Host {
  readonly version: string;
  readonly module: string;
  readonly packagePath: string;
  readonly versionVariable: string;
  readonly title: string;
  readonly usualTime: string;
  readonly companion?: { readonly goModule: string; readonly file: string };
}

const hosts = {
  python: {
    version: sdkVersion,
    module: "pulumi-language-hosts",
    packagePath: `${sdk}/python/cmd/pulumi-language-python`,
    versionVariable: `${sdk}/go/common/version.Version`,
    title: "Pulumi's Python language host",
    usualTime: "30 seconds",
    companion: { goModule: sdk, file: "python/cmd/pulumi-language-python-exec" },
  },
  go: {
    version: sdkVersion,
    module: "pulumi-language-hosts",
    packagePath: `${sdk}/go/pulumi-language-go`,
    versionVariable: `${sdk}/go/common/version.Version`,
    title: "Pulumi's Go language host",
    usualTime: "30 seconds",
  },
  yaml: {
    version: yamlVersion,
    module: "pulumi-language-yaml",
    packagePath: `${yaml}/cmd/pulumi-language-yaml`,
    versionVariable: `${yaml}/pkg/version.Version`,
    title: "Pulumi's YAML language host",
    usualTime: "2 minutes",
  },
  java: {
    version: javaVersion,
    module: "pulumi-language-java",
    packagePath: `${java}/cmd/pulumi-language-java`,
    versionVariable: `${java}/version.Version`,
    title: "Pulumi's Java language host",
    usualTime: "2 minutes",
  },
} as const satisfies Record<HostLanguage, Host>;

/** Describes the host of a language; a full installation of Pulumi has it beside the CLI. */
export function languageHost(language: HostLanguage, pulumiBin: string): Engine {
  const { version, versionVariable, ...host }: Host = hosts[language];
  const name = `pulumi-language-${language}`;
  return {
    executable: { ...host, name, ldflags: `-X ${versionVariable}=v${version}` },
    variable: `UKO_PULUMI_LANGUAGE_${language.toUpperCase()}`,
    cacheName: `${name}-${version}`,
    beside: pulumiBin,
    install: `install the whole of Pulumi (https://www.pulumi.com/docs/install/) so that \`${name}\` is on PATH`,
  };
}

/** The folder's name under which the CLI takes the host for a plugin that it installed itself. */
export function languagePluginName(language: HostLanguage): string {
  return `language-${language}-v${hosts[language].version}`;
}
