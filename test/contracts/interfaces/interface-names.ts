/** The interfaces that the scenarios run through: each is a project of vitest.config.ts. */

export const interfaceNames = ["dynamic", "package", "terraform"] as const;
export type InterfaceName = (typeof interfaceNames)[number];

/** The interfaces that also run without the CLI, on hosts that speak the provider's protocol (support/wire). */
export const wireInterfaces = ["package", "dynamic", "terraform"] as const satisfies readonly InterfaceName[];

/** Whether this process tests an interface on the wire. */
export const isOnWire = process.env.UKO_TEST_HOST === "wire";
