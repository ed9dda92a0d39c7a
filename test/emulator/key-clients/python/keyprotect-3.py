"""The life of a KMS key with keyprotect 3, the client that IBM's generator writes. Every body is compressed."""

import base64
import json

from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from keyprotect import IbmKeyProtectApiV2

from steps import advance, api_key, endpoint, instance, refused, step

client = IbmKeyProtectApiV2(authenticator=IAMAuthenticator(api_key, url=endpoint))
client.set_service_url(endpoint)
client.set_enable_gzip_compression(True)


def collection(kind, resource):
    kind = f"application/vnd.ibm.kms.{kind}+json"
    return {"metadata": {"collectionType": kind, "collectionTotal": 1}, "resources": [resource]}


def body(kind, resource):
    return json.dumps(collection(kind, resource))


def resource(response):
    return response.get_result()["resources"][0]


def names(response):
    return [key["name"] for key in response.get_result().get("resources", [])]


def root(name, **fields):
    return body("key", {"type": "application/vnd.ibm.kms.key+json", "name": name, "extractable": False, **fields})


def metadata(id):
    return resource(client.get_key_metadata(id, instance))


def set_instance_policy(name, data):
    policy = collection("policy", {"policy_type": name, "policy_data": data})
    client.put_instance_policy(instance, policy, policy=name)


step("keys", names(client.get_keys(instance)))
step("count", client.get_key_collection_metadata(instance).get_headers()["Key-Total"])
step("rings", client.create_key_ring("clients", instance).get_status_code())
step("listed rings", [ring["id"] for ring in client.list_key_rings(instance).get_result()["resources"]])
set_instance_policy("allowedIP", {"enabled": True, "attributes": {"allowed_ip": ["127.0.0.0/8"]}})
step("allowed ports", len(client.get_allowed_ip_port(instance).get_result()["resources"]))
set_instance_policy("allowedIP", {"enabled": False})
set_instance_policy("rotation", {"enabled": True, "attributes": {"interval_month": 3}})
policies = client.get_instance_policy(instance).get_result()["resources"]
step("instance policies", [policy["policy_type"] for policy in policies])
made = client.create_key(instance, root("wages", aliases=["pay"], tags=["hr"]), prefer="return=representation")
wages = resource(made)
step("create", [wages["name"], wages["tags"], wages["keyRingID"]])
advance("1s")
bonus = resource(client.create_key_with_policies_overrides(instance, root("bonus")))
step("overridden policies", client.get_policy(bonus["id"], instance).get_result().get("resources", []))
step("inherited policy", resource(client.get_policy(wages["id"], instance, policy="rotation"))["rotation"])

step("get by alias", resource(client.get_key("pay", instance))["id"] == wages["id"])
step("metadata", [metadata("pay")["state"], metadata("pay")["extractable"]])
step("count", client.get_key_collection_metadata(instance, state=[1], extractable=False).get_headers()["Key-Total"])
step("sort", names(client.get_keys(instance, sort="extractable,-creationDate")))
chosen = client.get_keys(instance, filter="extractable=FALSE state=1 lastRotateDate=NONE")
step("filter", sorted(names(chosen)))
step("search", names(client.get_keys(instance, search="name:wag")))
step("page", len(names(client.get_keys(instance, limit=1, offset=1))))

plaintext = base64.b64encode(b"a data encryption key").decode()
wrapped = client.wrap_key("pay", instance, key_action_wrap_body=json.dumps({"plaintext": plaintext})).get_result()
step("rotate", client.rotate_key("pay", instance).get_status_code())
unwrapped = client.unwrap_key("pay", instance, json.dumps({"ciphertext": wrapped["ciphertext"]})).get_result()
step("unwrap", unwrapped["plaintext"] == plaintext)
step("versions", len(client.get_key_versions("pay", instance).get_result()["resources"]))

dual = {"type": "application/vnd.ibm.kms.policy+json", "dualAuthDelete": {"enabled": True}}
policy = client.put_policy(bonus["id"], instance, collection("policy", dual), policy="dualAuthDelete")
step("dual auth", resource(policy)["dualAuthDelete"])
step("set for deletion", client.set_key_for_deletion(bonus["id"], instance).get_status_code())
step("alone", refused(lambda: client.delete_key(bonus["id"], instance), lambda error: error.status_code))
step("unset", client.unset_key_for_deletion(bonus["id"], instance).get_status_code())
moved = client.patch_key("pay", instance, key_patch_body=json.dumps({"keyRingID": "clients"}))
step("move", resource(moved)["keyRingID"])
step("alias", resource(client.create_key_alias("pay", "salary", instance))["alias"])
step("alias", client.delete_key_alias("salary", "salary", instance).get_status_code())
client.disable_key("pay", instance)
advance("31s")
client.enable_key("pay", instance)
step("state", metadata("pay")["state"])
advance("1h")
step("sync", client.sync_associated_resources("pay", instance).get_status_code())
step("registrations", client.get_registrations("pay", instance).get_result().get("resources", []))
step("all registrations", client.get_registrations_all_keys(instance).get_result().get("resources", []))
token = client.post_import_token(instance, expiration=600, max_allowed_retrievals=1).get_result()
step("import token", token["remainingRetrievals"])
step("import token", sorted(client.get_import_token(instance).get_result()))

step("delete", client.delete_key(wages["id"], instance).get_status_code())
advance("31s")
step("restore", resource(client.restore_key(wages["id"], instance))["state"])
step("delete", resource(client.delete_key(wages["id"], instance, prefer="return=representation"))["state"])
advance("4h")
step("purge", client.purge_key(wages["id"], instance).get_status_code())
step("gone", refused(lambda: client.get_key_metadata(wages["id"], instance), lambda error: error.status_code))
step("ring", client.delete_key_ring("clients", instance).get_status_code())
