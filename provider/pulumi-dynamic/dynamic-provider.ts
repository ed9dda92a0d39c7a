/**
 * Exports the dynamic providers of the npm package, one for each resource. A stack's state names this module and these
 * exports, so they must never be renamed.
 */

import { type dynamic, log } from "@pulumi/pulumi";
import { openHandlers, storedSettings } from "../compose/engines.ts";
import type { Handlers } from "../engine/resource/handlers.ts";
import { createResourceProvider } from "./resource-provider.ts";

let config: dynamic.Config | undefined;

const { resources } = openHandlers(
  () => storedSettings((name) => config?.get(`uko:${name}`)),
  {
    progress: { report: () => {} },
    evidenceLog: (line) => log.info(line),
    note: (line) => void log.info(line),
    warn: (line) => void log.warn(line),
  },
  { rerun: "pulumi destroy" },
);

const configure = (given: dynamic.Config): void => {
  config = given;
};

const providers = Object.fromEntries(
  Object.entries(resources).map(([name, handlers]) => [
    name,
    createResourceProvider(handlers as unknown as Handlers<object, object>, configure),
  ]),
) as Readonly<Record<keyof typeof resources, dynamic.ResourceProvider>>;

/** A module cannot compute the names that it exports; a test compares them with the registry. */
export const { vault, keystore, keyTemplate, managedKey, kmsKey } = providers;
