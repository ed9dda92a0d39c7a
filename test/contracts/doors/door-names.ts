/** The doors that the scenarios run through: each is a project of vitest.config.ts. */

export const doorNames = ["dynamic", "package", "terraform"] as const;
export type DoorName = (typeof doorNames)[number];

/** The doors that also run without the CLI, on hosts that speak the provider's protocol (support/wire). */
export const wireDoors = ["package", "dynamic", "terraform"] as const satisfies readonly DoorName[];

/** Whether this process tests a door on the wire. */
export const isOnWire = process.env.UKO_TEST_HOST === "wire";
