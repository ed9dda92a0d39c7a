/**
 * Serves ConfigureProvider, which begins a run with the settings of the provider block, and opens no connection yet. It
 * refuses another instance than the environment's, and the Terraform bridge of Pulumi as a host.
 */

import { hclDialect, requireOneInstance, sayOtherCredential, storedSettings } from "../../compose/engines.ts";
import { UNKNOWN } from "../../engine/resource/unknown.ts";
import { UkoError } from "../../errors.ts";
import { terraformProvider } from "../../resources/schema/terraform.ts";
import { readObject } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { propertiesOf } from "../properties.ts";
import type { Call } from "../session.ts";

export const configureProvider: Call<"configureProvider"> = async (session, { config, terraformVersion }) => {
  const given = propertiesOf(terraformProvider.attributes, readObject(config, terraformProvider) ?? {});
  const isKnown = !Object.values(given).includes(UNKNOWN);
  const textOf = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === "string" ? value : typeof value === "boolean" ? String(value) : undefined;
  };
  session.log.write("debug", "Configured", { host_version: terraformVersion });
  requireOtherThanBridge(terraformVersion);
  const settings = storedSettings(textOf);
  requireOneInstance(settings, hclDialect);
  session.configure(isKnown ? settings : undefined);
  return { diagnostics: [sayOtherCredential(settings, hclDialect) ?? []].flat().map(warningDiagnostic) };
};

/**
 * Refuses the bridge by which Pulumi runs Terraform providers, also from Pulumi HCL. The bridge applies a deletion
 * without a plan and without private data (pulumi-terraform-bridge, pkg/pf/tfbridge/provider_delete.go), so decision
 * 0029 allows no step: each deletion would always fail. The refusal comes before the first key is created. It is help
 * and no protection: a deletion from a host that hides this name still has no plan, and deletes nothing.
 */
function requireOtherThanBridge(hostVersion: string): void {
  if (!hostVersion.includes("pulumi-terraform-bridge")) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "This Terraform provider does not work in Pulumi, because Pulumi's bridge deletes without a plan",
    detail:
      "The provider takes only steps that a plan has shown. So it refuses every call through the bridge, also a read, " +
      "and nothing was changed.\nNext: use the Pulumi package instead: pulumi package add uko",
  });
}
