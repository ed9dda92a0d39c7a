/** The broker's response about an instance (uko-v4.md 1.2): hosts without scheme. */

import * as z from "zod";

const host = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?$/i)
  .max(300);
const hosts = z.object({ public: host.optional().catch(undefined) });

export const brokerAnswer = z.object({
  instance_id: z.string().max(100),
  uko: hosts.nullish().catch(undefined),
  kms: hosts.nullish().catch(undefined),
});
