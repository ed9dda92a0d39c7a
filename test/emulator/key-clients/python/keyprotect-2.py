"""The life of a KMS key with keyprotect 2, which IBM wrote by hand."""

import keyprotect

from steps import advance, api_key, endpoint, instance, refused, step

credentials = keyprotect.bxauth.TokenManager(api_key=api_key, iam_endpoint=endpoint)
client = keyprotect.Client(credentials=credentials, endpoint_url=endpoint, service_instance_id=instance)


def names():
    return [key["name"] for key in client.list_keys()]


def status_of(error):
    return error.http_error.response.status_code


step("keys", names())
client.create_key_ring("clients")
step("listed rings", [ring["id"] for ring in client.get_key_rings()["resources"]])
client.set_instance_metrics_policy(True)
client.set_instance_dual_auth_policy(False)
step("instance policies", sorted(one["policy_type"] for one in client.get_instance_policies()["resources"]))
wages = client.create_key(name="wages", root=True, alias_list=["pay"])
step("create", [wages["name"], wages["keyRingID"]])
standard = client.create_key(name="secret", payload=b"a secret")
step("get standard", client.get_key(standard["id"])["payload"])
step("get by alias", client.get_key("pay")["id"] == wages["id"])
step("keys", sorted(names()))

wrapped = client.wrap("pay", b"a data encryption key", aad=["stack"])
step("rotate", client.rotate_key("pay"))
step("rewrap", "ciphertext" in client.rewrap("pay", wrapped["ciphertext"], aad=["stack"]))
step("unwrap", client.unwrap("pay", wrapped["ciphertext"], aad=["stack"]))

client.set_key_rotation_policy("pay", 3)
step("policies", [one["rotation"] for one in client.get_key_policies("pay")["resources"]])
bonus = client.create_key(name="bonus", root=True)
client.set_key_dual_auth_policy(bonus["id"], True)
client.initiate_dual_auth_delete(bonus["id"])
step("alone", refused(lambda: client.delete_key(bonus["id"]), status_of))
client.cancel_dual_auth_delete(bonus["id"])
client.set_key_ring("pay", "default", "clients")
step("moved", client.get_key("pay")["keyRingID"])
step("alias", client.create_key_alias("pay", "salary")["resources"][0]["alias"])
client.delete_key_alias("salary", "salary")
client.disable_key(wages["id"])
advance("31s")
client.enable_key(wages["id"])
advance("1h")
client.sync_associated_resources(wages["id"])
step("registrations", client.get_registrations(wages["id"]).get("resources", []))
step("all registrations", client.get_registrations().get("resources", []))
step("import token", client.create_import_token(expiration=600, max_allowed_retrievals=1)["remainingRetrievals"])
step("import token", sorted(client.get_import_token()))

client.delete_key(wages["id"])
advance("31s")
client.restore_key(wages["id"])
client.delete_key(wages["id"])
advance("4h")
client.purge_key(wages["id"])
step("gone", refused(lambda: client.get_key(wages["id"]), status_of))
client.delete_key_ring("clients")
