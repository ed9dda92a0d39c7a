/** Four rules for programs with keys of UKO, through the native package or the dynamic provider. Policies see what a program says, never a deletion. */

import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";

/** The resource of ours that a type names, such as `ManagedKey`. */
function kindOf(type: string): string | undefined {
  return /^(?:uko:index:|pulumi-nodejs:dynamic\/uko:)(\w+)$/.exec(type)?.[1];
}

function isKey(type: string): boolean {
  return ["ManagedKey", "KmsKey"].includes(kindOf(type) ?? "");
}

const protectedInProduction: ResourceValidationPolicy = {
  name: "keys-are-protected-in-production",
  description: "In a production stack no key ends by a line that somebody deleted.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: { stacks: { type: "array", items: { type: "string" }, default: ["prod", "production"] } },
  },
  validateResource: ({ type, props, opts, getConfig }, report) => {
    const { stacks } = getConfig<{ readonly stacks: readonly string[] }>();
    if (!isKey(type) || !stacks.includes(getStack()) || opts.protect || props.deletionProtection === true) return;
    report(
      "This key may be ended by taking it out of the program. Give it the resource option protect, or deletionProtection: true; " +
        "whoever ends it on purpose takes that away first, in a change of its own.",
    );
  },
};

const twoPeople: ResourceValidationPolicy = {
  name: "two-people-end-a-key",
  description: "No program lets one person alone end a key.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!isKey(type) || props.dualAuthorization !== "single") return;
    report('dualAuthorization: "single" lets one person alone end this key. Leave it out: two people are the default.');
  },
};

const reasonGiven: ResourceValidationPolicy = {
  name: "retiring-says-why",
  description: "Whoever retires a key says why; the second person reads it, and so does the auditor.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    const isRetired = kindOf(type) === "ManagedKey" && ["deactivated", "destroyed"].includes(props.state);
    if (!isRetired || props.deletionReason) return;
    report(
      `state: "${props.state}" retires this key, and nothing says why. Add deletionReason; it is kept in the consent record.`,
    );
  },
};

const recordsRemoved: StackValidationPolicy = {
  name: "records-do-not-block-their-vault",
  description: "A key leaves the state only with its record where vault or template are of the same program.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    for (const { type, props, propertyDependencies, urn } of resources) {
      if (kindOf(type) !== "ManagedKey" || (props.deletionCompletesAt ?? "removed") === "removed") continue;
      const containers = [propertyDependencies.vaultId, propertyDependencies.template].flatMap((found) => found ?? []);
      const blocked = containers.filter((each) => ["Vault", "KeyTemplate"].includes(kindOf(each.type) ?? ""));
      if (blocked.length === 0) continue;
      const names = blocked.map(({ name }) => `"${name}"`).join(" and ");
      report(
        `deletionCompletesAt: "${props.deletionCompletesAt}" leaves a record of this key behind, and it blocks the deletion of ${names}, which ` +
          'this program makes. Leave it out: "removed" is the default.',
        urn,
      );
    }
  },
};

new PolicyPack("uko-keys", { policies: [protectedInProduction, twoPeople, reasonGiven, recordsRemoved] });
