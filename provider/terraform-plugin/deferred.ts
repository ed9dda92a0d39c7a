/**
 * The modules that the process needs only once the host calls; the bundle keeps them as a separate
 * text (`load-deferred.ts`).
 */

import * as calls from "./rpc/calls.ts";

export { openHandlers } from "../compose.ts";
export { diagnosticOf } from "./diagnostics.ts";
export { listResource } from "./rpc/list-resource.ts";
export { calls };
