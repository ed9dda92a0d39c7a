/**
 * The form of a UUID in lower case, which the IDs of instances and of objects in UKO and KMS have (uko-v4.md 2,
 * kms-v2-and-iam.md 1.2).
 */

export const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
