/**
 * The settings of a provider: the service's location, the caller, and the strictness of every run.
 */

import type { Attribute } from "./attributes.ts";

const text = (name: string, description: string): Attribute => ({
  name,
  description,
  type: { kind: "string" },
  isRequired: false,
  isSecret: false,
});

/**
 * None is required, because the environment of a run may set it; the environment takes precedence
 * over stored settings.
 */
export const providerAttributes: readonly Attribute[] = [
  text(
    "instanceId",
    "UUID of the instance. `UKO_INSTANCE_ID` outweighs it; another instance is refused, never a replacement.",
  ),
  text("region", "Region of the instance, such as `us-south`. `UKO_REGION` outweighs it."),
  text(
    "endpoint",
    "Address of the service; found by instance and region where absent. `UKO_ENDPOINT` outweighs it, and is read anew in each run.",
  ),
  text(
    "kmsEndpoint",
    "Address of its KMS; found by instance and region where absent. `UKO_KMS_ENDPOINT` outweighs it, and is read anew in each run.",
  ),
  text(
    "iamEndpoint",
    "Address of IAM; IBM Cloud's where absent. `UKO_IAM_ENDPOINT` outweighs it, and is read anew in each run.",
  ),
  {
    ...text(
      "apiKey",
      "API key of whoever acts. Better left out: `UKO_API_KEY` is read anew in each run, so that each person acts as themselves.",
    ),
    isSecret: true,
  },
  {
    ...text(
      "token",
      "IAM token of whoever acts, instead of an API key. Better left out: `UKO_TOKEN` is read anew in each run.",
    ),
    isSecret: true,
  },
  {
    ...text(
      "dualAuthorization",
      "With `required`, two people stand behind the end of every key, whatever the key says; `single` asks for nothing. `UKO_DUAL_AUTHORIZATION` can only be stricter.",
    ),
    type: { kind: "enum", values: ["required", "single"] },
  },
  {
    ...text(
      "strictReads",
      "With `true`, a resource that cannot be read fails the refresh; otherwise it keeps its last state, with a warning. `UKO_STRICT_READS` outweighs it.",
    ),
    type: { kind: "boolean" },
  },
];

/**
 * Settings that an SDK may take from the environment and store, because they are the same for all
 * people. A credential or an address would be one person's in the state of all, from where the
 * second person's destroy would take it (decision 0016).
 */
export const environmentDefaults: Readonly<Record<string, string>> = {
  instanceId: "UKO_INSTANCE_ID",
  region: "UKO_REGION",
};
