/** The messages of a run of OpenTofu, in the form in which `next-steps.ts` reads all runs: a block for each resource. */

import {
  messageOfDiagnostic,
  type TofuDiagnostic,
  type TofuReport,
  type TofuResource,
} from "../../../stage/tofu-output.ts";

interface Told extends TofuDiagnostic {
  readonly resource: string;
}

/** `known` are the resources that the state has, or had before the run. A run that only looks has said nothing before. */
export function renderSaid(
  { diagnostics, failed }: Pick<TofuReport, "diagnostics" | "failed">,
  known: readonly TofuResource[],
  isLook: boolean,
): string {
  const named = diagnostics.map((diagnostic): Told => ({ ...diagnostic, resource: nameOf(diagnostic, known) }));
  const mentioned = new Set(named.map(({ resource }) => resource));
  const [left = "", ...others] = failed.map(lastOf).filter((name) => !mentioned.has(name));
  const told = named.map((each) => (each.resource === "" && others.length === 0 ? { ...each, resource: left } : each));
  return [
    "",
    ...(told.length > 0 ? ["Diagnostics:"] : []),
    ...told.flatMap(({ resource, severity, summary, detail, isFromPlan }) => {
      const [first, ...others] = messageOfDiagnostic(summary, detail).split("\n");
      return [
        `  ${severity === "warning" && isFromPlan && !isLook ? "looked" : "uko"} (${resource}):`,
        `    ${severity}: ${first}`,
        ...others.map((line) => `    ${line}`),
      ];
    }),
    "Resources:",
    "",
  ].join("\n");
}

/** Of what failed while it was deleted OpenTofu tells no address, so the message has to say by itself what it is about. */
function nameOf({ address, summary, detail }: TofuDiagnostic, known: readonly TofuResource[]): string {
  if (address !== undefined) return lastOf(address);
  const text = `${summary}\n${detail}`;
  const found = known
    .map(({ name, type, attributes }) => ({ name, at: firstMention(text, type, attributes) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at);
  return found[0]?.name ?? "";
}

function lastOf(address: string): string {
  return address.split(".").at(-1) ?? address;
}

const nouns: Readonly<Record<string, string>> = {
  uko_managed_key: "Key",
  uko_kms_key: "KMS key",
  uko_vault: "Vault",
  uko_keystore: "Keystore",
  uko_key_template: "template",
};

function firstMention(text: string, type: string, attributes: Readonly<Record<string, unknown>>): number {
  const called = attributes.label ?? attributes.name;
  const id = String(attributes.id).split("/").at(-1) ?? "";
  const noun = `${nouns[type]} "${called}"`.toLowerCase();
  const places = [text.toLowerCase().indexOf(noun), text.indexOf(id)].filter((place) => place >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}
