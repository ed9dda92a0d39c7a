/**
 * Reads of the core in the model: the responses of the model's service as observations, with the core's own
 * the texts of uko and the digest.
 */

import type { ConsentDraft } from "../../../provider/lifecycle/consent/consent-record.ts";
import type { RawKeyTexts } from "../../../provider/lifecycle/consent/record-locations.ts";
import type { OwnSeal } from "../../../provider/lifecycle/consent/record-text.ts";
import type { IsGenuine } from "../../../provider/lifecycle/consent/signed-consent.ts";
import {
  type Actor,
  type ApprovedStep,
  type BackingKey,
  digestsBy,
  type Identity,
  type KeyObservation,
  type KeystoreStatus,
} from "../../../provider/lifecycle/vocabulary/observation.ts";
import { sha256 as nodeSha256 } from "../../support/builders.ts";
import type { Core } from "./core.ts";
import type { Answers, Keystore, ModelBackingKey, ModelKey } from "./service.ts";
import { type Person, profileIamId } from "./world.ts";

export const keyId = "9b2d0000-0000-4000-8000-000000000002";
const hashes = new Map<string, string>();

export function sha256(text: string): string {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const fresh = nodeSha256(text);
  if (hashes.size > 200_000) hashes.clear();
  hashes.set(text, fresh);
  return fresh;
}

export function recordIdOf(text: string): string {
  return sha256(`${keyId}\n${text}`).slice(0, 32);
}

export function identity(iamId: string): Identity {
  return { iamId, mark: sha256(iamId).slice(0, 16) };
}

export function actorFor(iamId: string, throughProfile: boolean): Actor {
  return {
    identity: identity(iamId),
    writesAs: throughProfile ? identity(profileIamId) : identity(iamId),
    displayName: iamId.slice(6),
  };
}

const digests = new WeakMap<Core, Map<string, string>>();

/** The digest that a person computes who knows the format; a planter knows beforehand how a hold changes the tags. */
export function digestFor(core: Core, { label, tags }: Pick<ModelKey, "label" | "tags">, step: ApprovedStep): string {
  const known = digests.get(core) ?? new Map<string, string>();
  digests.set(core, known);
  const others = tags.filter(({ name }) => !name.startsWith("uko_") && name !== "hold");
  const symbol = `${label} ${step} ${others.map(({ name }) => name).join()}`;
  const digest = known.get(symbol) ?? makeDigest(core, { label, tags: others }, step);
  known.set(symbol, digest);
  return digest;
}

function makeDigest(core: Core, { label, tags }: Pick<ModelKey, "label" | "tags">, step: ApprovedStep): string {
  const facts = {
    instanceId: "i",
    vaultId: "v",
    keyId,
    version: 1,
    label: `payroll-${label}`,
    description: "Salaries",
    activationDate: "",
    expirationDate: "",
    tags,
    keystores: [{ id: "ks-1", type: "ibm_cloud_kms" }],
  };
  return sha256(core.digestText(facts, step)).slice(0, 32);
}

/** The own seal of a person's runs. Only these runs can make it, and every person can copy it from a key. */
export function ownSealOf({ iamId, hasApiKey }: Pick<Person, "iamId" | "hasApiKey">): OwnSeal {
  return hasApiKey ? (statement) => sha256(`the API key of ${iamId}\n${statement}`) : () => undefined;
}

/** The texts of uko on a key, as the core reads them. */
export function rawOf({ description, tags, state, updatedAt, updatedBy }: ModelKey): RawKeyTexts {
  return { description, tags, stateWord: state, updatedAtMs: updatedAt * 1000, updatedBy };
}

type KeyTexts = ReturnType<Core["parseKeyTexts"]>;
const keyTextsRead = new WeakMap<Core, Map<string, KeyTexts>>();

/** Decoding a record's hex is most of the work of a read, and the same few records recur. */
function parseKeyTexts(core: Core, key: ModelKey, reader: Person): KeyTexts {
  const known = keyTextsRead.get(core) ?? new Map<string, KeyTexts>();
  keyTextsRead.set(core, known);
  const symbol = `${reader.hasApiKey ? reader.iamId : ""}|${key.description}|${key.tags.map((tag) => `${tag.name}=${tag.value}`).join()}`;
  const found = known.get(symbol) ?? core.parseKeyTexts(keyId, rawOf(key), sha256, ownSealOf(reader));
  if (known.size > 100_000) known.clear();
  known.set(symbol, found);
  return found;
}

const types = { "ks-1": "ibm_cloud_kms", "ks-2": "aws_kms" } as const satisfies Record<Keystore, string>;

export function observationOf(
  { core, reader, isSigned }: { readonly core: Core; readonly reader: Person; readonly isSigned?: true | undefined },
  key: ModelKey,
  backingKey: ModelBackingKey | undefined,
  now: number,
  responses: Answers = truthAbout(key),
): KeyObservation {
  const texts = parseKeyTexts(core, key, reader);
  const facts = {
    instanceId: "i",
    vaultId: "v",
    keyId,
    version: 1,
    label: `payroll-${key.label}`,
    description: texts.userDescription,
    activationDate: "",
    expirationDate: "",
    // A planter knows beforehand how a hold changes the tags, so the hold makes no difference to the digest here.
    tags: texts.userTags.filter((tag) => tag.name !== "hold"),
    keystores: responses.metadata.map((id) => ({ id, type: types[id] })),
  };
  const observation: KeyObservation = {
    facts,
    state: key.state,
    stateWord: key.state,
    updatedAtMs: key.updatedAt * 1000,
    updatedBy: identity(key.updatedBy),
    carried: texts.carried,
    ...(texts.marker !== undefined && { marker: texts.marker }),
    ...(texts.note !== undefined && { note: texts.note }),
    holds: texts.holds,
    digests: digestsBy((step) => sha256(core.digestText(facts, step)).slice(0, 32)),
    keystores: responses.live.map((keystore) => statusOf(key, keystore, now)),
    keystoresAreLive: true,
    storedKeystores: responses.stored.map((keystore) => statusOf(key, keystore, now)),
    ...(responses.material === "told" && { materialIn: holdersOf(key, now).length > 0 ? ["keystores"] : [] }),
    backingKeys:
      backingKey === undefined || responses.backingKey === "untold"
        ? []
        : [backingKeyOf(backingKey, responses.backingKey, key, now)],
    use: { kind: "known", count: 0, retainedBy: [] },
    ...(isSigned && { signatures: demand }),
  };
  if (isSigned === undefined) return observation;
  return { ...observation, carried: core.withVouchers(observation, isGenuine, now * 1000) };
}

/** What the people's machines demand of signatures. */
export const demand = { service: "s", by: "f" };

/** A person's signature of a text. Only this person can make it, and every person can copy it from a key. */
export function signatureOf({ iamId }: Pick<Person, "iamId">, statement: string): string {
  return sha256(`the SSH key of ${iamId}\n${statement}`);
}

const isGenuine: IsGenuine = (statement, { author, signature }) =>
  signature.bytes === signatureOf({ iamId: author }, statement);

/** A record about a destruction as its author writes it, who signs what they write. */
export function signed(core: Core, draft: ConsentDraft, { state }: Pick<ModelKey, "state">, by: Person): ConsentDraft {
  if (draft.step !== "destroy") return draft;
  const facts = { instanceId: "i", vaultId: "v", keyId } as KeyObservation["facts"];
  const body = sha256(core.bodyJson(draft));
  const statement = core.statementOfDraft({ facts, state, signatures: demand }, { ...draft, body });
  const bytes = signatureOf(by, statement);
  return { ...draft, signature: { signedAtMs: draft.writtenAtMs, path: "", bytes } };
}

function truthAbout({ keystores = ["ks-1"] }: ModelKey): Answers {
  return { metadata: keystores, stored: keystores, live: keystores, material: "told", backingKey: "told" };
}

/** The keystores that hold material of the key. */
export function holdersOf(key: ModelKey, now: number): readonly Keystore[] {
  return (key.keystores ?? ["ks-1"]).filter((keystore) => statusOf(key, keystore, now).status !== "not_present");
}

function statusOf(key: ModelKey, keystore: Keystore, now: number): KeystoreStatus {
  const base = { keystoreId: keystore, name: "ring", type: types[keystore], syncFlag: "ok", detail: "" } as const;
  if (key.restored?.includes(keystore) === true) return { ...base, status: "active", syncFlag: "out_of_sync" };
  if (key.state === "active") return { ...base, status: "active" };
  if (key.state === "deactivated") return { ...base, status: "not_active" };
  if (key.materialUntil === undefined || now >= key.materialUntil) return { ...base, status: "not_present" };
  return { ...base, status: "pending_destruction", destructionAtMs: key.materialUntil * 1000 };
}

function backingKeyOf(backingKey: ModelBackingKey, told: "told" | "not_known", key: ModelKey, now: number): BackingKey {
  const { status: keystoreSays } = statusOf(key, "ks-1", now);
  if (told === "not_known") return { kind: "absent", kmsKeyId: "kms-1", keystoreSays };
  return {
    kind: "present",
    kmsKeyId: "kms-1",
    state: backingKey.state,
    dualAuthDelete: backingKey.isDual,
    ...(backingKey.windowEnds !== undefined && { windowEndsAtMs: backingKey.windowEnds * 1000 }),
  };
}
