/**
 * Defines the settings that a program gives to the provider: where the service is, who calls, and how strict every run
 * is. The file also lists the settings that a Pulumi SDK may take from the environment and store (decision 0016).
 */

import * as z from "zod";
import { dualAuthorization } from "../shared-inputs.ts";
import { type Attribute, inputAttributes } from "./attributes.ts";

const text = z.string().optional();
const address = (of: string, otherwise: string, variable: string) => ({
  description: `Address of ${of}${otherwise}. \`${variable}\` takes precedence and is read in each run.`,
});

/** The settings. None is required, because the environment of a run may set it and takes precedence. */
const settings = z.object({
  instanceId: text.meta({
    description:
      "UUID of the instance, or the CRN of an instance of Key Protect. `UKO_INSTANCE_ID` takes precedence. A resource of another instance is an error, never a replacement.",
  }),
  region: text.meta({ description: "Region of the instance, such as `us-south`. `UKO_REGION` takes precedence." }),
  endpoint: text.meta(address("the service", "; found by instance and region if omitted", "UKO_ENDPOINT")),
  kmsEndpoint: text.meta(address("the KMS", "; found by instance and region if omitted", "UKO_KMS_ENDPOINT")),
  iamEndpoint: text.meta(address("IAM", "; that of IBM Cloud if omitted", "UKO_IAM_ENDPOINT")),
  apiKey: text.meta({
    description:
      "API key of the caller. Better omitted: `UKO_API_KEY` is read in each run, so each person runs under their own identity.",
    secret: true,
  }),
  token: text.meta({
    description: "IAM token of the caller, instead of an API key. Better omitted: `UKO_TOKEN` is read in each run.",
    secret: true,
  }),
  dualAuthorization: dualAuthorization.optional().meta({
    description:
      "With `required`, the deletion of every key requires two people, whatever the key says. `single` adds no requirement. `UKO_DUAL_AUTHORIZATION` can only make a run stricter.",
  }),
  strictReads: z.boolean().optional().meta({
    description:
      "With `true`, a resource that cannot be read fails the refresh. Otherwise the resource keeps its last state, with a warning. `UKO_STRICT_READS` takes precedence.",
  }),
});

export const providerAttributes: readonly Attribute[] = inputAttributes({ inputs: settings });

/**
 * The settings that an SDK may take from the environment and store, because they are the same for all people. A
 * credential or an address is not among them. It would be stored in the state that all people use, and the second
 * person's destroy would run with the first person's credential (decision 0016).
 */
export const environmentDefaults: Readonly<Record<string, string>> = {
  instanceId: "UKO_INSTANCE_ID",
  region: "UKO_REGION",
};
