/**
 * The providers behind `__provider`, one for each resource. State names this subpath and these
 * names permanently.
 */

import { type dynamic, log } from "@pulumi/pulumi";
import { openHandlers, storedSettings } from "../compose.ts";
import { createResourceProvider } from "./resource-provider.ts";

let config: dynamic.Config | undefined;

const handlers = openHandlers(
  () => storedSettings((name) => config?.get(`uko:${name}`)),
  {
    progress: { report: () => {} },
    evidenceLog: (line) => void log.debug(line),
    warn: (line) => void log.warn(line),
  },
  { rerun: "pulumi destroy" },
);

const configure = (given: dynamic.Config): void => {
  config = given;
};

export const managedKey: dynamic.ResourceProvider = createResourceProvider(handlers.managedKey, configure);
export const vault: dynamic.ResourceProvider = createResourceProvider(handlers.vault, configure);
export const keystore: dynamic.ResourceProvider = createResourceProvider(handlers.keystore, configure);
export const keyTemplate: dynamic.ResourceProvider = createResourceProvider(handlers.keyTemplate, configure);
export const kmsKey: dynamic.ResourceProvider = createResourceProvider(handlers.kmsKey, configure);
