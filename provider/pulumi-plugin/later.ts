/** What the process needs only once it is asked for something; the bundle keeps it as a text of its own (`load-later.ts`). */

export {
  checkStored,
  declaredTwice,
  openHandlers,
  sayLetGo,
  sayUnreadInAll,
  sayUnreadSoFar,
  sayUnseen,
  storedSettings,
} from "../compose.ts";
export { pulumiSchema } from "../schema/pulumi.ts";
