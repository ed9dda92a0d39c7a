/** The form of the ids that UKO and KMS give (uko-v4.md 2, kms-v2-and-iam.md 1.2). */

import * as z from "zod";

export const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const uuid = z.string().regex(uuidForm, "has to be a UUID in lower case");
