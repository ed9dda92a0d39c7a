/**
 * Writes, reads and checks the signed request for the destruction of a KMS key, and signs the approvals. Anyone can
 * write such a file, so it proves nothing by itself. The signed statement names the end of the window, and uko builds
 * the statement again from what KMS reports now. The signature is then invalid for another key, for a window that was
 * closed and opened again, and for another person's name.
 */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { markOf } from "../../lifecycle/consent/record-text.ts";
import { consentStatement, type SignedAct } from "../../lifecycle/consent/signed-consent.ts";
import { isWindowOpen, windowName } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { ConsentSignature, Identity } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { parseJson } from "../../text/json.ts";
import type { ReadResult } from "../loop/deletable.ts";
import { describeSignature } from "../loop/evidence.ts";
import type { EvidenceSignature } from "../ports/evidence.ts";
import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { type Depth, type ObservedKmsKey, observeKmsKey } from "./observe.ts";

export interface KmsSignedRequest {
  readonly kmsKeyId: string;
  readonly author: Identity;
  readonly signature: ConsentSignature;
}

const named = z.string().min(1).max(500);
const header = z.strictObject({ format: z.literal("uko-signed-requests-1"), instanceId: named });
const line = z.strictObject({
  ...{ kmsKeyId: named, author: named },
  signedAt: z.iso.datetime(),
  path: z.string().max(2_000),
  signature: z.string().min(1).max(4_000),
});

/** The text of the file: a header, and one line of JSON for each key. */
export function encodeSignedRequests(instanceId: string, requests: readonly KmsSignedRequest[]): string {
  const lines = requests.map(({ signature: { signedAtMs, path, bytes }, ...request }) => ({
    ...{ ...lineOf(request), signedAt: isoTime(signedAtMs), path, signature: bytes },
  }));
  const first = { format: "uko-signed-requests-1", instanceId };
  return [first, ...lines].map((each) => `${JSON.stringify(each)}\n`).join("");
}

/** Parses the text of the file. Throws UKO_INPUT_INVALID. `file` is for the message. */
export function parseSignedRequests(
  text: string,
  { file, instanceId, sha256 }: { readonly file: string; readonly instanceId: string } & Pick<World, "sha256">,
): readonly KmsSignedRequest[] {
  const [first = "", ...rest] = text.trimEnd().split("\n");
  const isOurs = header.safeParse(parseJson(first)).data?.instanceId === instanceId;
  const requests = rest.flatMap((each) => {
    const { data } = line.safeParse(parseJson(each));
    if (data === undefined) return [];
    const { kmsKeyId, author: iamId, signedAt, path, signature: bytes } = data;
    const author = { iamId, mark: markOf(iamId, sha256) };
    return [{ kmsKeyId, author, signature: { signedAtMs: Date.parse(signedAt), path, bytes } }];
  });
  const isWhole = requests.length === rest.length && requests.length > 0;
  const isOnceEach = new Set(requests.map(({ kmsKeyId }) => kmsKeyId)).size === requests.length;
  if (isOurs && isWhole && isOnceEach) return requests;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} is not a file of signed requests for this instance`,
    detail: "Nothing was changed.\nNext: ask the requester for the file that uko request wrote with --out.",
  });
}

/** Signs the caller's requests for the open windows of the keys. Throws UKO_SIGNATURE_MISSING. */
export async function signRequests(
  world: World,
  refs: readonly KmsKeyRef[],
  options: CallOptions,
): Promise<readonly KmsSignedRequest[]> {
  const author = await signerOf(world, options);
  return signEach(world, refs, { author, statementOf: (read) => requestStatement(world, read, author) }, options);
}

/**
 * Signs the caller's approvals, of which none is signed twice. A request that does not count for the open window of its
 * key is left out.
 */
export async function signApprovals(
  world: World,
  requests: readonly KmsSignedRequest[],
  options: CallOptions,
): Promise<void> {
  const { instanceId } = world.session;
  const author = await signerOf(world, options);
  const byKey = new Map(requests.map((request) => [request.kmsKeyId, request]));
  const statementOf = async (read: ObservedKmsKey): Promise<string | undefined> => {
    const request = byKey.get(read.observation.kmsKeyId);
    const { observation } = await withSignatures(world, read, request, options);
    const { requestSha256, isApprovalSigned } = observation.signatures ?? {};
    if (requestSha256 === undefined || isApprovalSigned === true) return undefined;
    return approvalStatement(world, read, { author, requestSha256 });
  };
  const refs = requests.map(({ kmsKeyId }) => ({ instanceId, kmsKeyId }));
  await signEach(world, refs, { author, statementOf }, options);
}

async function signEach(
  world: World,
  refs: readonly KmsKeyRef[],
  {
    author,
    statementOf,
  }: {
    readonly author: Identity;
    readonly statementOf: (read: ObservedKmsKey) => Promise<string | undefined> | string | undefined;
  },
  options: CallOptions,
): Promise<readonly KmsSignedRequest[]> {
  const due: { readonly kmsKeyId: string; readonly statement: string }[] = [];
  let nowMs = Number.POSITIVE_INFINITY;
  for (const ref of refs) {
    const read = await observeKmsKey(world, ref, "summary", options);
    const statement = read.kind === "gone" ? undefined : await statementOf(read);
    if (read.kind === "gone" || statement === undefined) continue;
    nowMs = Math.min(nowMs, read.nowMs);
    due.push({ kmsKeyId: ref.kmsKeyId, statement });
  }
  if (due.length === 0) return [];
  const statements = due.map(({ statement }) => statement);
  await world.signatures?.sign(author, statements, nowMs, options);
  return due.flatMap(({ kmsKeyId, statement }) => {
    const signature = world.signatures?.signed.get(statement);
    return signature === undefined ? [] : [{ kmsKeyId, author, signature }];
  });
}

/**
 * The identity that signs. If it may not be the author of a consent, the planner refuses later, so its signature is
 * never used.
 */
async function signerOf({ session }: World, options: CallOptions): Promise<Identity> {
  return (await session.actor(options)).identity ?? { mark: "" };
}

/** The statement that the requester signs; undefined if no window is open. */
function requestStatement(world: World, observed: ObservedKmsKey, author: Identity): string | undefined {
  const body = world.sha256(bodyJson({ kmsKeyId: observed.observation.kmsKeyId, author }));
  return statementFor(world, observed, { kind: "request", author, body });
}

/** What the requester signs of the line in the file: all of it but the signature. */
function bodyJson({ kmsKeyId, author }: Pick<KmsSignedRequest, "kmsKeyId" | "author">): string {
  return JSON.stringify(lineOf({ kmsKeyId, author }));
}

function lineOf({ kmsKeyId, author }: Pick<KmsSignedRequest, "kmsKeyId" | "author">) {
  return { kmsKeyId, author: author.iamId };
}

/** The statement that the approver signs. */
function approvalStatement(
  world: World,
  observed: ObservedKmsKey,
  { author, requestSha256 }: { readonly author: Identity; readonly requestSha256: string },
): string | undefined {
  return statementFor(world, observed, { kind: "approval", author, requestSha256, body: "" });
}

function statementFor(
  { session: { instanceId }, signatures }: World,
  { observation, nowMs }: ObservedKmsKey,
  act: Pick<SignedAct, "kind" | "author" | "requestSha256" | "body">,
): string | undefined {
  if (signatures === undefined || !isWindowOpen(observation, nowMs)) return undefined;
  const { kmsKeyId: keyId, stateWord: state, windowEndsAtMs } = observation;
  // A KMS key is in no vault; `kms` is its place in names and certificates, too.
  const subject = { service: signatures.demand.service, instanceId, vaultId: "kms", keyId, state };
  return consentStatement(subject, { ...act, step: "destroy", digest: windowName(keyId, windowEndsAtMs) });
}

/** A fresh observation, with what is signed for the open window. Throws as `observeKmsKey` does. */
export async function observeWithSignatures(
  world: World,
  ref: KmsKeyRef,
  { depth, signedRequest }: { readonly depth: Depth; readonly signedRequest?: KmsSignedRequest | undefined },
  options: CallOptions,
): Promise<ReadResult<ObservedKmsKey>> {
  const read = await observeKmsKey(world, ref, depth, options);
  if (read.kind === "gone") return read;
  return { kind: "present", ...(await withSignatures(world, read, signedRequest, options)) };
}

/**
 * The key as it will be once the reviewer has signed, for a review. The approval signs, and then reads the key again.
 */
export function asIfApproved(observed: ObservedKmsKey): ObservedKmsKey {
  const { observation } = observed;
  if (observation.signatures?.requester === undefined) return observed;
  return {
    ...observed,
    observation: { ...observation, signatures: { ...observation.signatures, isApprovalSigned: true } },
  };
}

/** Adds to an observation who signed the request for the open window, and whether the actor signed its approval. */
async function withSignatures(
  world: World,
  observed: ObservedKmsKey,
  request: KmsSignedRequest | undefined,
  options: CallOptions,
): Promise<ObservedKmsKey> {
  const { signatures } = world;
  const { observation } = observed;
  if (signatures === undefined || observation.signatures === undefined || request === undefined) return observed;
  const { author, signature } = request;
  const statement = requestStatement(world, observed, author);
  const judged = { author: author.iamId ?? "", signature, atMs: observed.nowMs };
  if (request.kmsKeyId !== observation.kmsKeyId || statement === undefined) return observed;
  if (!signatures.isGenuine(statement, judged)) return observed;
  const requestSha256 = world.sha256(statement);
  const { identity } = await world.session.actor(options);
  const approval = identity && approvalStatement(world, observed, { author: identity, requestSha256 });
  const isApprovalSigned = approval !== undefined && signatures.signed.has(approval);
  const known = { ...observation.signatures, requester: author, requestSha256, isApprovalSigned };
  return { ...observed, observation: { ...observation, signatures: known } };
}

/** Both signatures, for the evidence of the destruction. */
export function signaturesBehind(
  world: World,
  observed: ObservedKmsKey,
  { request, approver }: { readonly request: KmsSignedRequest; readonly approver: Identity },
): readonly EvidenceSignature[] {
  const { requestSha256 = "" } = observed.observation.signatures ?? {};
  const approval = approvalStatement(world, observed, { author: approver, requestSha256 });
  const own = approval === undefined ? undefined : world.signatures?.signed.get(approval);
  return [
    ...describeSignature(requestStatement(world, observed, request.author), request.signature, bodyJson(request)),
    ...describeSignature(approval, own),
  ];
}
