/** The endpoint broker (uko-v4.md 1.2) and the resource controller (kms-v2-and-iam.md 7.10). */

import { toSecondsText } from "./clock.ts";
import { type Call, type Reply, type Route, route } from "./http.ts";
import { notFound } from "./uko/envelope.ts";
import { seededId } from "./world.ts";

export const brokerRoutes: readonly Route[] = [
  route("broker", "GET", "/crypto_v2/instances/:instance", readHosts),
  route("instance", "GET", "/v2/resource_instances/:instance", readResourceInstance),
];

/** Hosts without a scheme; all of them are this process. */
function readHosts({ world, ...call }: Call): Reply {
  call.caller();
  // U37: 404 for an unknown instance; EP11 is not served, so the response does not name it.
  if (call.param("instance") !== world.instanceId) throw notFound("instance");
  const host = new URL(world.baseUrl).host;
  return {
    status: 200,
    body: { instance_id: world.instanceId, kms: { public: host, private: host }, uko: { public: host } },
  };
}

/** By GUID or CRN. IBM's Terraform provider derives the address of KMS from the endpoints. */
function readResourceInstance({ world, ...call }: Call): Reply {
  call.caller();
  const { instanceId: guid, accountId: account_id, baseUrl } = world;
  const { region: region_id } = world.seed.instance;
  const { createdMs = 0, createdBy: created_by } = world.rings.get("default") ?? {};
  const created_at = toSecondsText(createdMs);
  const crn = `crn:v1:bluemix:public:hs-crypto:${region_id}:a/${account_id}:${guid}::`;
  if (![guid, crn].includes(call.param("instance"))) throw notFound("instance");
  return {
    status: 200,
    body: {
      id: crn,
      guid,
      crn,
      url: `/v2/resource_instances/${guid}`,
      name: "emulator",
      account_id,
      region_id,
      type: "service_instance",
      sub_type: "",
      state: "active",
      resource_id: seededId(world, "resource", "hs-crypto"),
      resource_plan_id: seededId(world, "plan", "standard"),
      resource_group_id: seededId(world, "resource-group", "default"),
      created_at,
      created_by,
      updated_at: created_at,
      updated_by: created_by,
      allow_cleanup: false,
      locked: false,
      last_operation: { type: "create", state: "succeeded", async: false },
      extensions: { endpoints: { public: baseUrl, private: baseUrl } },
    },
  };
}
