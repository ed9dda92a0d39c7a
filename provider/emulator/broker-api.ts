/** The endpoint broker: which hosts serve an instance (uko-v4.md 1.2). Answered hosts have no scheme and are this process. */

import type { Route } from "./serve.ts";
import { notFound } from "./uko/envelope.ts";

export const brokerRoutes: readonly Route[] = [
  {
    operation: "broker",
    method: "GET",
    path: "/crypto_v2/instances/:instance",
    mutates: false,
    handle: (call) => {
      call.caller();
      // U37: 404 for an unknown instance; EP11 is not served, so it is not named.
      if (call.param("instance") !== call.world.instanceId) throw notFound("instance");
      const host = new URL(call.world.baseUrl).host;
      return {
        status: 200,
        body: { instance_id: call.world.instanceId, kms: { public: host, private: host }, uko: { public: host } },
      };
    },
  },
];
