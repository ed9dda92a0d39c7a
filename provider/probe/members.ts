/**
 * Lists what the redaction knows about the members of a message by their names: whether people type their values, and
 * whether a word of the protocol in them can only be a word of the protocol.
 */

/** Members with texts that people type, or that name a place of the customer's. Each is replaced as a whole. */
export const typed: readonly string[] = [
  "label",
  "name",
  "description",
  "groups",
  "group",
  "value",
  "email",
  "naming_scheme",
  "template_name",
  "label_in_keystore",
  "recovery_key_label",
  "service_instance_name",
  "keyRingID",
  "x-kms-key-ring",
  "keyName",
  "location",
  "tags",
  "aliases",
  "ibm_key_ring",
  "azure_service_name",
  "azure_resource_group",
  "google_key_ring",
  "google_project_id",
];

/** Parameters of a query whose values people type, in addition to those above. */
export const typedParameters: readonly string[] = ["search", "filter"];

/** Members whose values only the service chooses, so that an unknown word stays, too. */
export const answers: readonly string[] = ["code", "errorCode", "state", "status", "type"];

/** Members with one of some fixed words, so that a word of the protocol stays, also if a key has it as its name. */
export const enumerated: readonly string[] = [
  ...answers,
  "keystore_sync_flag",
  "keystore_sync_flag_detail",
  "key_material_present",
  "alignment_status",
  "health_status",
  "algorithm",
  "algorithmType",
  "size",
  "bitLength",
  "mode",
  "method",
  "ibm_variant",
  "collectionType",
  "destruction_policy_duration",
  // Headers.
  "content-type",
  "allow",
  "www-authenticate",
  "cache-control",
  "retry-after",
  "date",
  "etag",
  "if-match",
  "prefer",
  // The parts of an address, of a refusal, and of an object.
  "path",
  "target",
  "member",
];

/** Members with IDs, in which no word stays. */
export const identifiers: readonly string[] = [
  "id",
  "key_id_in_keystore",
  "created_by",
  "updated_by",
  "createdBy",
  "updatedBy",
  "deletedBy",
];

/** Members that count what the customer has. */
export const counted: readonly string[] = [
  "total_count",
  "keys_count",
  "key_templates_count",
  "keystores_count",
  "collectionTotal",
  "key-total",
];

/** The lists of UKO, KMS and the broker. In an address, an ID or a name follows each. */
export const lists: readonly string[] = [
  "managed_keys",
  "vaults",
  "templates",
  "keystores",
  "keys",
  "key_rings",
  "aliases",
  "instances",
];
/** What also follows a list, in the place of an ID. */
export const notIds: readonly string[] = ["registrations"];
