/**
 * Defines the form of IDs in UKO and KMS, the UUID in lower case (uko-v4.md 2, kms-v2-and-iam.md 1.2). It also reads
 * the two forms in which settings name an instance: its UUID, or, for Key Protect, its CRN.
 */

export const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * How a setting names an instance: by its UUID, or an instance of Key Protect by its CRN. The CRN says that the instance
 * has no UKO, in which region it is, and which CRN each of its keys has (kms-v2-and-iam.md 1.2).
 */
export interface NamedInstance {
  readonly instanceId: string;
  /** Absent for an instance with UKO. */
  readonly keyProtect?: KeyProtect;
}

export interface KeyProtect {
  readonly region: string;
  /** The part of the CRN that the instance and each of its keys have in common. */
  readonly crn: string;
}

const crnForm =
  /^(?<crn>crn:v1:bluemix:public:kms:(?<region>[a-z]{2}-[a-z]{2,8}):a\/[0-9A-Za-z-]{1,64}:(?<id>[^:]+))::$/;

/** Undefined if the text has neither form. */
export function readInstance(text: string): NamedInstance | undefined {
  const { crn, region, id } = crnForm.exec(text)?.groups ?? {};
  const instanceId = id ?? text;
  if (!uuidForm.test(instanceId)) return undefined;
  return { instanceId, ...(crn !== undefined && region !== undefined && { keyProtect: { crn, region } }) };
}
