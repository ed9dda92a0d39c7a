/** The results of `uko doctor --state`, one check each. */

import { plain } from "../text/words.ts";
import type { Check } from "./doctor-messages.ts";
import type { StoredState } from "./stored-state.ts";

export type SourceFault =
  | { readonly kind: "unknown_kind"; readonly name: string }
  | { readonly kind: "no_provider" }
  | { readonly kind: "another_provider"; readonly name: string }
  | { readonly kind: "download_url"; readonly url: string }
  | { readonly kind: "unknown_version"; readonly version: string }
  | { readonly kind: "provider_text" };

const maxLines = 50;
const editedState =
  "Do not run pulumi, tofu or terraform with this state until you know who edited it. Compare it with an earlier version of your backend.";

export function stateCheck({ form, resources }: StoredState): Check {
  const check = "state";
  const engine = form === "pulumi" ? "Pulumi" : "OpenTofu or Terraform";
  const count = resources.length === 1 ? "1 resource" : `${resources.length} resources`;
  const says = `${engine === "Pulumi" ? "a Pulumi" : "an OpenTofu or Terraform"} state with ${count} of uko`;
  if (resources.length > 0) return { check, level: "ok", says };
  return { check, level: "warn", says, do: "Check that this is the right state. There was nothing to compare." };
}

export function codeCheck(faults: readonly { readonly address: string; readonly fault: SourceFault }[]): Check {
  const check = "state code";
  if (faults.length === 0) return { check, level: "ok", says: "each resource names the provider of a known release" };
  return {
    check,
    level: "fail",
    says: "the state names code that is not a known release of uko, and the next run would execute the code",
    do: [...listed(faults.map(({ address, fault }) => `${plain(address)}: ${sayFault(fault)}`)), editedState].join(
      "\n",
    ),
  };
}

function sayFault(fault: SourceFault): string {
  switch (fault.kind) {
    case "unknown_kind":
      return `uko has no resource ${plain(fault.name, 100)}`;
    case "no_provider":
      return "its provider is not in the state";
    case "another_provider":
      return `another provider serves it: ${plain(fault.name, 100)}`;
    case "download_url":
      return `its plugin comes from ${plain(fault.url)}`;
    case "unknown_version":
      return `version ${plain(fault.version, 100)} is not a release that this uko knows; for a newer one, use the uko of that release`;
    case "provider_text":
      return "its __provider is not the text that uko writes";
  }
}

export function duplicatesCheck(duplicates: ReadonlyMap<string, readonly string[]>): Check {
  const check = "state duplicates";
  if (duplicates.size === 0) return { check, level: "ok", says: "no two resources declare the same object" };
  const lines = [...duplicates].map(
    ([object, addresses]) => `${plain(object)}: ${addresses.map((one) => plain(one)).join(", ")}`,
  );
  return {
    check,
    level: "fail",
    says: "two resources declare the same object, so deleting one of them may delete the object of the other",
    do: [...listed(lines), "Remove one from the state: pulumi state delete '<URN>', or tofu state rm <address>."].join(
      "\n",
    ),
  };
}

export function controlsCheck(findings: readonly string[], unread: readonly string[], count: number): Check {
  const check = "state controls";
  const lines = [...findings, ...unread].map((line) => plain(line, 400));
  if (findings.length > 0) {
    return {
      check,
      level: "fail",
      says: "the state asks for less than the markers of its keys; the markers take precedence",
      do: [...listed(lines), editedState].join("\n"),
    };
  }
  const compared = count === 1 ? "the 1 key" : `the ${count} keys`;
  if (unread.length > 0) {
    return {
      check,
      level: "warn",
      says: `could not compare ${unread.length} of ${compared} that the state loosens`,
      do: listed(lines).join("\n"),
    };
  }
  if (count === 0) return { check, level: "ok", says: "each key requires two people for both steps" };
  return { check, level: "ok", says: `${compared} that the state loosens have the same markers` };
}

/** Without a credential, or with another instance's, markers cannot be read. */
export function controlsNotCompared(count: number, why: string): Check {
  return {
    check: "state controls",
    level: "warn",
    says: `did not compare ${count === 1 ? "1 key that the state loosens" : `${count} keys that the state loosens`} with the markers of the service`,
    do: plain(why, 400),
  };
}

export function otherCodeCheck(lines: readonly string[]): Check {
  return {
    check: "other code",
    level: "warn",
    says: "the state makes the engine run other code, which uko cannot check",
    do: listed(lines.map((line) => plain(line, 400))).join("\n"),
  };
}

function listed(lines: readonly string[]): readonly string[] {
  return lines.length <= maxLines ? lines : [...lines.slice(0, maxLines), `and ${lines.length - maxLines} more`];
}
