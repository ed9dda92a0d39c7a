/** The interfaces that the scenarios run through: each is a project of vitest.config.ts. */

export const interfaceNames = ["dynamic", "package", "terraform"] as const;
export type InterfaceName = (typeof interfaceNames)[number];

/** The interfaces that also run without the CLI, on hosts that speak the provider's protocol (support/wire). */
export const wireInterfaces = ["package", "dynamic", "terraform"] as const satisfies readonly InterfaceName[];

/**
 * The scenarios that need the CLI itself: they kill its process, read its logs, secrets and state, run calls in parallel, or use a
 * person's shell. For both Pulumi interfaces, `rest` runs these with the CLI. The others run on the wire, for the package in `quick`
 * and for the npm package in `rest`.
 */
export const scenariosOfEngines = [
  ...["01-four-runs", "03-by-command", "05-printed-commands", "11-crashes", "12-credentials", "15-changes"],
  ...["15-unordered-stack", "15-whole-stack", "16-secrets-in-state", "17-many-keys"],
] as const;

/** Whether this process tests an interface on the wire. */
export const isOnWire = process.env.UKO_TEST_HOST === "wire";
