/** The form of an instance's id, and of the ids that UKO and KMS give (uko-v4.md 2, kms-v2-and-iam.md 1.2). */

export const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
