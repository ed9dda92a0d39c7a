/**
 * Policies for programs that declare UKO keys. Pulumi evaluates policies for declared resources only, never for a deletion. The last
 * three are off until a configuration turns them on.
 */

import {
  PolicyPack,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";

/** The class of a resource of `uko`, such as `ManagedKey`; undefined for any other resource. */
function kindOf(type: string): string | undefined {
  return /^(?:uko:index:|pulumi-nodejs:dynamic\/uko:)(\w+)$/.exec(type)?.[1];
}

function isKey(type: string): boolean {
  return ["ManagedKey", "KmsKey"].includes(kindOf(type) ?? "");
}

function isRetired({ type, props }: ResourceValidationArgs): boolean {
  return kindOf(type) === "ManagedKey" && ["deactivated", "destroyed"].includes(props.state);
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
  validateResource: (args, report) => {
    const { props } = args;
    if (!isRetired(args) || props.deletionReason) return;
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

const ticketNamed: ResourceValidationPolicy = {
  name: "retiring-names-a-ticket",
  description: "The reason of a retired key names a ticket.",
  enforcementLevel: "disabled",
  configSchema: { properties: { pattern: { type: "string", default: "\\b[A-Z][A-Z0-9]+-[0-9]+\\b" } } },
  validateResource: (args, report) => {
    const { pattern } = args.getConfig<{ readonly pattern: string }>();
    if (!isRetired(args) || new RegExp(pattern).test(args.props.deletionReason ?? "")) return;
    report(`deletionReason names no ticket (${pattern}). Add it: the consent record keeps the reason.`);
  },
};

const lastDayOver: ResourceValidationPolicy = {
  name: "retiring-after-the-last-day",
  description: "A key is retired after its announced last day of use.",
  enforcementLevel: "disabled",
  validateResource: (args, report) => {
    const { expirationDate } = args.props;
    const isOver = expirationDate !== undefined && Date.parse(String(expirationDate).slice(0, 10)) < Date.now();
    if (!isRetired(args) || isOver) return;
    report("This key has no expirationDate that is over. Announce the last day of use, and retire the key after it.");
  },
};

interface Freeze {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const outsideFreezes: ResourceValidationPolicy = {
  name: "no-retirement-in-a-freeze",
  description: "A retirement takes no step in a freeze.",
  enforcementLevel: "disabled",
  configSchema: { properties: { freezes: { type: "array", items: { type: "object" }, default: [] } } },
  validateResource: (args, report) => {
    const { freezes } = args.getConfig<{ readonly freezes: readonly Freeze[] }>();
    const now = Date.now();
    const freeze = freezes.find(({ from, to }) => Date.parse(from) <= now && now < Date.parse(to));
    if (!isRetired(args) || freeze === undefined) return;
    report(`No retirement takes a step from ${freeze.from} to ${freeze.to} (${freeze.name}). Remove state until then.`);
  },
};

new PolicyPack("uko-keys", {
  policies: [protectedInProduction, twoPeople, reasonGiven, recordsRemoved, ticketNamed, lastDayOver, outsideFreezes],
});
