/**
 * Emulates IBM's endpoint broker, the service that lists the addresses of an instance (uko-v4.md 1.2). The file also
 * emulates the part of IBM Cloud's resource controller with which Terraform manages the one instance
 * (kms-v2-and-iam.md 7.10).
 */

import * as z from "zod";
import { type Call, type Reply, type Route, route } from "../http/responses.ts";
import { defaultRing } from "../kms/rings.ts";
import { toSecondsText } from "../store/clock.ts";
import { collectionNames, seededId, type World } from "../store/world.ts";
import { requireRight } from "./access.ts";
import { conflict, notFound, parseBody } from "./envelope.ts";

const instances = "/v2/resource_instances";

export const brokerRoutes: readonly Route[] = [route("broker", "GET", "/crypto_v2/instances/:instance", readHosts)];

export const instanceRoutes: readonly Route[] = [
  route("instance", "GET", instances, listResourceInstances),
  route("instance", "POST", instances, createResourceInstance),
  route("instance", "GET", `${instances}/:instance`, (call) => ({ status: 200, body: viewInstance(named(call)) })),
  route("instance", "DELETE", `${instances}/:instance`, removeResourceInstance),
  route("instance", "GET", "/v2/resource_groups", readResourceGroups),
];

/** Returns the hosts of UKO and KMS without a scheme; all of them are this process. */
function readHosts({ world, ...call }: Call): Reply {
  call.caller();
  // An unknown instance is a 404 (U37). The emulator does not serve EP11, so the response does not name it.
  if (call.param("instance") !== world.instanceId) throw notFound("instance");
  const host = new URL(world.baseUrl).host;
  return {
    status: 200,
    body: { instance_id: world.instanceId, kms: { public: host, private: host }, uko: { public: host } },
  };
}

function listResourceInstances({ world, ...call }: Call): Reply {
  call.caller();
  const resources = world.instanceName === "" ? [] : [viewInstance(world)];
  return { status: 200, body: { rows_count: resources.length, next_url: null, resources } };
}

/** Answers a creation with the only instance, under its new name. */
function createResourceInstance(call: Call): Reply {
  requireRight(call.caller(), "vaults.write");
  call.world.instanceName = parseBody(call, z.object({ name: z.string().min(1).max(180) })).name;
  return { status: 201, body: viewInstance(call.world) };
}

/** The world with the instance that the path names, by GUID or CRN. */
function named({ world, ...call }: Call): World {
  call.caller();
  const known = [world.instanceId, crnOf(world)];
  if (world.instanceName === "" || !known.includes(call.param("instance"))) throw notFound("instance");
  return world;
}

/**
 * Deletes the instance; refused while it contains keys (2.13). Vaults, keystores and everything in KMS are deleted with
 * it.
 */
function removeResourceInstance(call: Call): Reply {
  const world = named(call);
  requireRight(call.caller(), "vaults.delete");
  const isHeld = [...world.keys.values()].some(({ state }) => !state.startsWith("destroyed"));
  if (isHeld || [...world.kmsKeys.values()].some(({ state }) => state !== 5)) {
    throw conflict("not_empty", "The instance still contains keys.");
  }
  const ring = world.rings.get(defaultRing);
  for (const name of collectionNames) if (name !== "identities" && name !== "apiKeys") world[name].clear();
  if (ring !== undefined) world.rings.set(ring.id, ring);
  world.instanceName = "";
  return { status: 204 };
}

function readResourceGroups({ world, ...call }: Call): Reply {
  call.caller();
  const { accountId: account_id } = world;
  const resources = [{ id: groupOf(world), name: "Default", account_id, default: true, state: "ACTIVE" }];
  return { status: 200, body: { resources } };
}

const groupOf = (world: World): string => seededId(world, "resource-group", "default");

const crnOf = ({ crn }: World): string => `${crn}::`;

/** IBM's Terraform provider derives the address of KMS from the endpoints. */
function viewInstance(world: World): Record<string, unknown> {
  const { instanceId: guid, accountId: account_id, baseUrl, instanceName: name } = world;
  const { createdMs = 0, createdBy: created_by } = world.rings.get(defaultRing) ?? {};
  const [created_at, crn] = [toSecondsText(createdMs), crnOf(world)];
  return {
    id: crn,
    guid,
    crn,
    url: `${instances}/${guid}`,
    name,
    account_id,
    region_id: world.seed.instance.region,
    type: "service_instance",
    sub_type: "",
    state: "active",
    resource_id: seededId(world, "resource", "hs-crypto"),
    resource_plan_id: seededId(world, "plan", "standard"),
    resource_group_id: groupOf(world),
    created_at,
    created_by,
    updated_at: created_at,
    updated_by: created_by,
    allow_cleanup: false,
    locked: false,
    last_operation: { type: "create", state: "succeeded", async: false },
    extensions: { endpoints: { public: baseUrl, private: baseUrl } },
  };
}
