/** What the process needs only once the host asks for something; the bundle keeps it as a text of its own (`load-later.ts`). */

import * as calls from "./rpc/calls.ts";

export { openHandlers } from "../compose.ts";
export { diagnosticOf } from "./diagnostics.ts";
export { listResource } from "./rpc/list-resource.ts";
export { calls };
