/**
 * The modules that the process needs only once a call requires them; the bundle keeps them as a
 * separate text (`load-later.ts`).
 */

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
