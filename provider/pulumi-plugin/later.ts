/** What the process needs only once it is asked for something; the bundle keeps it as a text of its own (`load-later.ts`). */

export { checkStored, openHandlers, saysNothingOfTheObject, sayUnseen, storedSettings } from "../compose.ts";
export { pulumiSchema } from "../schema/pulumi.ts";
