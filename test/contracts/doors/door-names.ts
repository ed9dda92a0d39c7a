/** The doors that the scenarios run through: each is a project of vitest.config.ts. */

export const doorNames = ["dynamic", "package", "terraform"] as const;
export type DoorName = (typeof doorNames)[number];
