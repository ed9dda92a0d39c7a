/** The calls of the emulator's audit trail by what they are for. They come from its routes, so no new call is left out. */

import { kmsRoutes } from "../../provider/emulator/kms/kms-api.ts";
import { ukoRoutes } from "../../provider/emulator/service/uko-api.ts";

const ukoCalls: ReadonlySet<string> = new Set(ukoRoutes.map(({ operation }) => operation));
const kmsCalls: ReadonlySet<string> = new Set(kmsRoutes.map(({ operation }) => operation));
const keyWrites: ReadonlySet<string> = new Set(
  ukoRoutes.flatMap(({ operation, path, mutates }) => (mutates && path.includes("/managed_keys") ? [operation] : [])),
);

export const isUkoCall = (operation: string): boolean => ukoCalls.has(operation);
export const isKmsCall = (operation: string): boolean => kmsCalls.has(operation);
/** Creates or changes a managed key, in any way. */
export const writesManagedKey = (operation: string): boolean => keyWrites.has(operation);
/** The steps on the way to the end of a managed key, by their calls. */
const steps = { deactivateManagedKey: "deactivate", destroyManagedKey: "destroy", deleteManagedKey: "remove" } as const;
export type StepToEnd = (typeof steps)[keyof typeof steps];
export const stepOfCall = (operation: string): StepToEnd | undefined =>
  Object.hasOwn(steps, operation) ? steps[operation as keyof typeof steps] : undefined;
export const endsManagedKey = (operation: string): boolean => stepOfCall(operation) !== undefined;
