/**
 * Serves the calls about the provider's own settings. A changed instance ID is an error: as a replacement, Pulumi would
 * replace all resources of this provider, and so delete every key.
 */

import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type { CheckFailure } from "../engine/resource/definition.ts";
import { containsUnknown } from "../engine/resource/unknown.ts";
import { UkoError } from "../errors.ts";
import { loadDeferred, type PulumiSession } from "./session.ts";
import { maskOf, mergeMasks, type Properties, readProperties, writeProperties } from "./values.ts";

const secretMask = maskOf(["apiKey", "token"]);

/** Checks the settings as far as they do not depend on the environment, which may differ in the run that uses them. */
export async function checkConfig(request: providerPb.CheckRequest): Promise<providerPb.CheckResponse> {
  const { value: news, mask } = readProperties(request.getNews());
  const { checkStored, programDialect } = await loadDeferred();
  const known = Object.fromEntries(
    Object.entries(news).filter(([name, value]) => !containsUnknown(value) && !isInternal(name)),
  );
  const response = new providerPb.CheckResponse();
  response.setInputs(writeProperties(news, mergeMasks(mask, secretMask)));
  response.setFailuresList(checkStored(known, programDialect).map(toFailure));
  return response;
}

/**
 * Accepts changed settings, except for another instance: uko must not search it for keys of the former one, and then
 * report them as gone.
 */
export async function diffConfig(request: providerPb.DiffRequest): Promise<providerPb.DiffResponse> {
  const olds = readProperties(request.getOldInputs() ?? request.getOlds()).value;
  const news = readProperties(request.getNews()).value;
  const { instanceId: before } = olds;
  const { instanceId: now } = news;
  if (typeof before === "string" && typeof now === "string" && before !== now) {
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `This provider uses instance ${before}, but the program now sets ${now}`,
      detail:
        "Its keys are in the first one, and nothing was changed. Declare another provider for the other instance " +
        "(new uko.Provider with its instanceId), and keep this one until its keys are deleted.",
    });
  }
  const changed = Object.keys({ ...olds, ...news }).filter((name) => olds[name] !== news[name] && !isInternal(name));
  const response = new providerPb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(changed);
  return response;
}

/**
 * Stores the settings. It opens no connection yet, because a preview of other resources needs no credential. It refuses
 * settings of another instance than the environment's, and warns if the environment overrides their credential.
 */
export async function configure(
  session: PulumiSession,
  request: providerPb.ConfigureRequest,
): Promise<providerPb.ConfigureResponse> {
  const given = readProperties(request.getArgs()).value;
  const { programDialect, requireOneInstance, sayOtherCredential, storedSettings } = await loadDeferred();
  const settings = storedSettings((name) => textIn(given, name));
  requireOneInstance(settings, programDialect);
  session.configure(settings);
  const warning = sayOtherCredential(settings, programDialect);
  if (warning !== undefined) await session.log.warn(warning);
  const response = new providerPb.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setAcceptresources(true);
  response.setAcceptoutputs(true);
  response.setSupportspreview(true);
  return response;
}

/**
 * The failure of a check. Next to the name of a property the engine prints its value, even a secret one, so the name is
 * part of the reason instead (seen with 3.259, step_generator.go: issueCheckFailures).
 */
export function toFailure({ property, reason, remedy }: CheckFailure): providerPb.CheckFailure {
  const failure = new providerPb.CheckFailure();
  failure.setProperty("");
  const sentence = property === "" ? reason : `${property}: ${reason}`;
  failure.setReason(remedy === undefined ? sentence : `${sentence}; ${remedy}`);
  return failure;
}

function textIn(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === "string" ? value : typeof value === "boolean" ? String(value) : undefined;
}

/** Properties that the engine adds to a provider's own. */
function isInternal(name: string): boolean {
  return name === "version" || name === "pluginDownloadURL" || name.startsWith("__");
}
