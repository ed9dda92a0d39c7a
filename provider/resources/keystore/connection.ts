/**
 * Maps the connection of a keystore to UKO's API and back: which block of inputs each type of keystore has, and how the
 * API names each field. A secret is never taken from a response; its digest comes from the last state. A type that this
 * release does not know is an error, because a guess could address the wrong keystore.
 */

import { sayContainer } from "../../engine/container/words.ts";
import type { ConnectionFields, KeystoreSnapshot } from "../../engine/ports/containers.ts";
import { metaOf, secretPathsIn } from "../../engine/resource/property.ts";
import { capital, plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { connections, type KeystoreInputs, type KeystoreType, keystoreInputs, keystoreTypes } from "./schema.ts";

export type BlockName = keyof typeof connections;
export const blockNames = Object.keys(connections) as readonly BlockName[];

interface WireType {
  readonly wireType: string;
  readonly variant?: string;
  readonly block?: BlockName;
}

export const wireTypes: Readonly<Record<KeystoreType, WireType>> = {
  internal: { wireType: "ibm_cloud_kms", variant: "internal" },
  hpcs: { wireType: "ibm_cloud_kms", variant: "hpcs", block: "ibm" },
  key_protect: { wireType: "ibm_cloud_kms", variant: "key_protect", block: "ibm" },
  aws_kms: { wireType: "aws_kms", block: "aws" },
  azure_key_vault: { wireType: "azure_key_vault", block: "azure" },
  google_kms: { wireType: "google_kms", block: "google" },
  cca: { wireType: "cca", block: "cca" },
};

interface Field {
  readonly wire: string;
  readonly isSecret: boolean;
  readonly isImmutable: boolean;
  readonly isRequired: boolean;
}

/** The fields by their names in the API: `aws.secretAccessKey` is `aws_secret_access_key` there. */
export const connectionFields = Object.fromEntries(
  Object.entries(connections).map(([block, { shape }]) => [
    block,
    Object.fromEntries(
      Object.entries(shape).map(([name, property]): [string, Field] => {
        const { secret = false, immutable = false } = metaOf(property);
        const wire = `${block}_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
        const isRequired = !property.safeParse(undefined).success;
        return [name, { wire, isSecret: secret, isImmutable: immutable, isRequired }];
      }),
    ),
  ]),
) as Readonly<Record<BlockName, Readonly<Record<string, Field>>>>;

export const secretPaths = secretPathsIn(keystoreInputs);

/** A block's values by property name, already validated by the block's schema. */
export type BlockValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** The values of a block; none if it is absent. */
export function valuesIn(all: Partial<KeystoreInputs>, block: BlockName | undefined): BlockValues {
  return block === undefined ? {} : ((all[block] ?? {}) as BlockValues);
}

/** The names of the inputs without which there is no connection. */
export function requiredIn(block: BlockName): readonly string[] {
  return Object.entries(connectionFields[block]).flatMap(([name, { isRequired }]) => (isRequired ? [name] : []));
}

/** The type of a keystore; undefined if this release does not know it. */
export function findType({ type, variant }: Pick<KeystoreSnapshot, "type" | "variant">): KeystoreType | undefined {
  return keystoreTypes.find(
    (each) =>
      wireTypes[each].wireType === type &&
      (wireTypes[each].variant ?? "") === (type === "ibm_cloud_kms" ? variant : ""),
  );
}

/**
 * Throws UKO_RESPONSE_INVALID for a type that this release does not know: a guess could address the
 * wrong keystore.
 */
export function typeOf(snapshot: KeystoreSnapshot): KeystoreType {
  const found = findType(snapshot);
  if (found !== undefined) return found;
  throw new UkoError("UKO_RESPONSE_INVALID", {
    summary: sayUnknownType(snapshot),
    detail: "A newer release of uko may know the type. Nothing was changed.",
  });
}

/** A full sentence without its period. */
export function sayUnknownType({ id, name, type, variant }: KeystoreSnapshot): string {
  const word = plain(`${type} ${variant}`.trim(), 60);
  return `${capital(sayContainer({ kind: "keystore", id, name }))} is of type "${word}", which this release does not know`;
}

/** The fields of a block under their wire names. */
export function toWire(block: BlockName, values: BlockValues): ConnectionFields {
  return Object.fromEntries(
    Object.entries(connectionFields[block]).flatMap(([name, { wire }]) => {
      const value = values[name];
      return value === undefined ? [] : [[wire, value]];
    }),
  );
}

/**
 * A block from the service's response. Fields that the response omits, and the digests of secrets,
 * come from `known`.
 */
export function fromWire(block: BlockName, fields: ConnectionFields, known: BlockValues): BlockValues {
  return Object.fromEntries(
    Object.entries(connectionFields[block]).flatMap(([name, { wire, isSecret }]) => {
      const value = isSecret ? known[name] : (fields[wire] ?? known[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
