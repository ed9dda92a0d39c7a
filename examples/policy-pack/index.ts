/** Four policies for programs that declare UKO keys. Pulumi evaluates policies for declared resources only, never for a deletion. */

import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";

/** The class of a resource of `uko`, such as `ManagedKey`; undefined for any other resource. */
function kindOf(type: string): string | undefined {
  return /^(?:uko:index:|pulumi-nodejs:dynamic\/uko:)(\w+)$/.exec(type)?.[1];
}

function isKey(type: string): boolean {
  return ["ManagedKey", "KmsKey"].includes(kindOf(type) ?? "");
}

const protectedInProduction: ResourceValidationPolicy = {
  name: "keys-are-protected-in-production",
  description: "In a production stack, removing a key from the program does not delete the key.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: { stacks: { type: "array", items: { type: "string" }, default: ["prod", "production"] } },
  },
  validateResource: ({ type, props, opts, getConfig }, report) => {
    const { stacks } = getConfig<{ readonly stacks: readonly string[] }>();
    if (!isKey(type) || !stacks.includes(getStack()) || opts.protect || props.deletionProtection === true) return;
    report(
      "Removing this key from the program would start its deletion. Set the resource option protect, or deletionProtection: true. " +
        "To delete the key later, first remove the protection in a change of its own.",
    );
  },
};

const twoPeople: ResourceValidationPolicy = {
  name: "two-people-end-a-key",
  description: "No program lets one person delete a key alone.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!isKey(type) || props.dualAuthorization !== "single") return;
    report(
      'dualAuthorization: "single" lets one person delete this key alone. Remove the line: two people are the default.',
    );
  },
};

const reasonGiven: ResourceValidationPolicy = {
  name: "retiring-says-why",
  description: "A retired key has a reason, which the second person and the auditor can read.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    const isRetired = kindOf(type) === "ManagedKey" && ["deactivated", "destroyed"].includes(props.state);
    if (!isRetired || props.deletionReason) return;
    report(
      `state: "${props.state}" retires this key without a reason. Add deletionReason, which the consent record keeps.`,
    );
  },
};

const recordsRemoved: StackValidationPolicy = {
  name: "records-do-not-block-their-vault",
  description: "A key whose vault or template is in the same program stays in state until its metadata is removed.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    for (const { type, props, propertyDependencies, urn } of resources) {
      if (kindOf(type) !== "ManagedKey" || (props.deletionCompletesAt ?? "removed") === "removed") continue;
      const containers = [propertyDependencies.vaultId, propertyDependencies.template].flatMap((found) => found ?? []);
      const blocked = containers.filter((each) => ["Vault", "KeyTemplate"].includes(kindOf(each.type) ?? ""));
      if (blocked.length === 0) continue;
      const names = blocked.map(({ name }) => `"${name}"`).join(" and ");
      report(
        `deletionCompletesAt: "${props.deletionCompletesAt}" leaves metadata of this key behind, which blocks the deletion of ${names} in ` +
          'this program. Remove the line: "removed" is the default.',
        urn,
      );
    }
  },
};

new PolicyPack("uko-keys", { policies: [protectedInProduction, twoPeople, reasonGiven, recordsRemoved] });
