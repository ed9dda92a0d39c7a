/** The interfaces that the scenarios run through: each is a project of vitest.config.ts. */

export const interfaceNames = ["dynamic", "package", "terraform"] as const;
export type InterfaceName = (typeof interfaceNames)[number];

/** The interfaces that also run without the CLI, on hosts that speak the provider's protocol (support/wire). */
export const wireInterfaces = ["package", "dynamic", "terraform"] as const satisfies readonly InterfaceName[];

/**
 * The scenarios that need the CLI itself: its process that is killed, its logs, secrets and state, its parallel calls, and a person's
 * shell. For both Pulumi interfaces, `npm test` and the rest tier run these with the CLI, and all others on the wire.
 */
export const scenariosOfEngines = [
  ...["01-four-runs", "03-by-command", "05-printed-commands", "11-crashes", "12-credentials", "15-changes"],
  ...["15-unordered-stack", "15-whole-stack", "16-secrets-in-state", "17-many-keys"],
] as const;

/** Whether this process tests an interface on the wire. */
export const isOnWire = process.env.UKO_TEST_HOST === "wire";
