/**
 * ConfigureProvider: begins a run with these settings. Opens nothing yet: a plan of other resources
 * needs no credential.
 */

import { otherCredential, otherInstance, type StoredSettings, storedSettings } from "../../compose/engines.ts";
import { UNKNOWN } from "../../engine/program/unknown.ts";
import { terraformProvider } from "../../schema/terraform.ts";
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
  const settings = storedSettings(textOf);
  session.configure(isKnown ? settings : undefined);
  return { diagnostics: overridden(settings).map(warningDiagnostic) };
};

/**
 * A credential belongs to a person, so the environment takes precedence over the program. Neither
 * is meant to override the settings of several instances in one program.
 */
function overridden(settings: StoredSettings): readonly string[] {
  const { instanceId: named = "", apiKey } = settings;
  const [served, variable] = [otherInstance(settings), otherCredential(settings)];
  const instance = [
    "UKO_INSTANCE_ID overrides instance_id of this provider configuration",
    `This run uses instance ${served}, not ${named}. If the configuration has several instances, unset UKO_INSTANCE_ID.`,
  ].join("\n");
  const credential = [
    `${variable} overrides ${apiKey === undefined ? "token" : "api_key"} of this provider configuration`,
    `This run acts as the person behind ${variable}. If your program has several credentials, unset ${variable}.`,
  ].join("\n");
  return [...(served === undefined ? [] : [instance]), ...(variable === undefined ? [] : [credential])];
}
