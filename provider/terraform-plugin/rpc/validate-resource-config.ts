/** ValidateResourceConfig: every rule for inputs that needs no state; unknown values pass. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { handlersOf, readPresent, resourceNamed } from "../blocks.ts";
import { failureDiagnostic } from "../diagnostics.ts";
import { propertiesBeside, propertiesOf } from "../properties.ts";
import type {
  ValidateResourceConfig_RequestSchema,
  ValidateResourceConfig_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";
import { timeoutFaults } from "../timeouts.ts";

type Request = MessageShape<typeof ValidateResourceConfig_RequestSchema>;

export async function validateResourceConfig(
  session: Session,
  request: Request,
): Promise<MessageInitShape<typeof ValidateResourceConfig_ResponseSchema>> {
  const resource = resourceNamed(request.typeName);
  const { attributes } = resource;
  const config = readPresent(request.config, resource);
  const { check } = await handlersOf(session, resource);
  const secrets = attributes.filter(({ role, name }) => role === "secret" && config[name] !== null);
  // An existing keystore keeps its secrets. Only the plan knows whether the keystore exists.
  const properties = secrets.length === 0 ? propertiesBeside(attributes, config) : propertiesOf(attributes, config);
  const { failures } = check(properties, {});
  const isHostTooOld = request.clientCapabilities?.writeOnlyAttributesAllowed !== true;
  const exposed = isHostTooOld ? secrets.map(({ path }) => ({ property: path.join("."), reason: needsNewerHost })) : [];
  const faults = [...failures, ...exposed].map((failure) => failureDiagnostic(failure, attributes));
  return { diagnostics: [...faults, ...timeoutFaults(config)] };
}

/** An older host would store the secret in plan and state. */
const needsNewerHost = "is a secret that must not be stored in state, which requires OpenTofu 1.11 or Terraform 1.11";
