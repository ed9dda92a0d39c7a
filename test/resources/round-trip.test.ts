/**
 * What a program declares of a vault, keystore or template is what the service returns and what state shows, whatever the
 * inputs. The inputs come from the definitions, so a new property is tested from its first line. Each value passes three
 * tables: of the definition, of the client, and of the emulator, which imports nothing of the other two.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { keyTemplateInputs } from "../../provider/resources/key-template/schema.ts";
import {
  connections,
  type KeystoreType,
  keystoreInputs,
  keystoreTypes,
} from "../../provider/resources/keystore/schema.ts";
import { vault } from "../../provider/resources/vault.ts";
import { vaultId } from "../emulator/harness.ts";
import { type ContainerHandlers, checkedBy, containersOf } from "../engine/containers-harness.ts";
import { options, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();

type Values = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, z.ZodType>>;

/** Values that the schema of an input accepts. */
function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return valuesOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.integer({ min: Number(schema.minValue), max: Number(schema.maxValue) });
  if (schema instanceof z.ZodArray) {
    return fc.uniqueArray(valuesOf(schema.element as z.ZodType), { minLength: 1, maxLength: 3 });
  }
  if (schema instanceof z.ZodObject) return recordOf(schema.shape as Fields);
  if (!(schema instanceof z.ZodString)) throw new Error(`no values for ${schema.type}`);
  const patterns = (schema.def.checks ?? []).map((check) => (check._zod.def as { readonly pattern?: RegExp }).pattern);
  const pattern = patterns.find((each) => each !== undefined) ?? /^[a-z][a-z0-9]{0,20}$/;
  // fast-check cannot generate texts for a lookahead.
  if (pattern.source.startsWith("^P(?=")) return fc.constantFrom("P0D", "P2Y", "P5Y1M1W2D");
  return fc.stringMatching(pattern).filter((text) => schema.safeParse(text).success);
}

/** Each field that is required, and any of the optional ones. */
function recordOf(fields: Fields): fc.Arbitrary<Values> {
  const requiredKeys = Object.keys(fields).filter((name) => !(fields[name] instanceof z.ZodOptional));
  const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valuesOf(field)]));
  return fc.record(values, { requiredKeys }) as fc.Arbitrary<Values>;
}

const metaOf = (field: z.ZodType | undefined): Values => field?.meta() ?? {};
const shapeOf = (field: z.ZodType | undefined): Fields | undefined => {
  const inner = field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : field;
  return inner instanceof z.ZodObject ? (inner.shape as Fields) : undefined;
};

/** The first values with all that the second ones may change. */
function changed(fields: Fields, first: Values, second: Values): Values {
  const entries = Object.entries({ ...first, ...second }).map(([name, value]) => {
    const shape = shapeOf(fields[name]);
    if (name in first && metaOf(fields[name]).immutable === true) return [name, first[name]];
    if (!(name in first) && metaOf(fields[name]).immutable === true) return [name, undefined];
    if (shape === undefined || !(name in first) || !(name in second)) return [name, value];
    return [name, changed(shape, first[name] as Values, second[name] as Values)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** As state shows the values: of a secret the digest. */
function shown(fields: Fields, values: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => {
    const shape = shapeOf(fields[name]);
    if (metaOf(fields[name]).secret === true) return [name, expect.stringMatching(/^scrypt:[\w-]{22}:[\w-]{43}$/)];
    return [name, shape === undefined ? value : shown(shape, value as Values)];
  });
  return Object.fromEntries(entries);
}

/** A purpose that the service takes for AES. */
const symmetric = { purpose: "encrypt_decrypt", algorithm: "google_symmetric_encryption" };

interface Kind {
  readonly handlers: (all: ContainerHandlers) => ContainerHandlers["vaults"];
  readonly fields: Fields;
  /** What every object of the kind has, in place of generated values. */
  readonly fixed: (number: number) => Values;
}

let number = 0;
const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name) && !name.startsWith("existing")));
const asVaults = (handlers: unknown) => handlers as ContainerHandlers["vaults"];
const googleFile = (id: number) =>
  Buffer.from(JSON.stringify({ project_id: "shop-1", private_key_id: "key-1", private_key: id })).toString("base64");

const blockOf: Readonly<Record<KeystoreType, keyof typeof connections | undefined>> = {
  internal: undefined,
  hpcs: "ibm",
  key_protect: "ibm",
  aws_kms: "aws",
  azure_key_vault: "azure",
  google_kms: "google",
  cca: "cca",
};
const templateBlocks = keyTemplateInputs.shape;
const templateFields: Readonly<Record<string, Fields>> = {
  ibm_cloud_kms: {},
  aws_kms: {},
  azure_key_vault: { azure: templateBlocks.azure },
  google_kms: { google: templateBlocks.google.unwrap() },
  cca: { cca: templateBlocks.cca },
};
const kinds: Readonly<Record<string, Kind>> = {
  vault: {
    handlers: ({ vaults }) => vaults,
    fields: without(shapeOf(vault.inputs) ?? {}),
    fixed: (id) => ({ name: `vault ${id}` }),
  },
  ...Object.fromEntries(
    keystoreTypes.map((type): [string, Kind] => {
      const block = blockOf[type];
      const own = block === undefined ? {} : { [block]: connections[block] };
      const kind = {
        handlers: ({ keystores }: ContainerHandlers) => asVaults(keystores),
        fields: { ...without(keystoreInputs.shape, ...Object.keys(connections)), ...own },
        fixed: (id: number) => ({ vaultId, type, name: `keystore ${id}`, groups: [`group ${id}`] }),
      };
      return [`keystore of type ${type}`, kind];
    }),
  ),
  ...Object.fromEntries(
    Object.entries(templateFields).map(([keystoreType, own]): [string, Kind] => {
      const ofAes = { algorithm: "aes", size: "256" };
      const kind = {
        handlers: ({ templates }: ContainerHandlers) => asVaults(templates),
        fields: { ...without(keyTemplateInputs.shape, "google", "azure", "cca"), ...own },
        fixed: (id: number) => ({ vaultId, keystoreType, name: `template-${id}`, ...ofAes, archived: false }),
      };
      return [`template for ${keystoreType}`, kind];
    }),
  ),
};

describe.each(Object.entries(kinds))("a %s", (_name, { handlers, fields, fixed }) => {
  const wanted = recordOf(without(fields, ...Object.keys(fixed(0)))).map((values): Values => {
    number += 1;
    const { google, aws } = values as { google?: Values; aws?: Values };
    const connected = { credentials: googleFile(number), projectId: "shop-1", privateKeyId: "key-1" };
    return {
      ...{ ...values, ...fixed(number), deletionProtection: false },
      ...(aws !== undefined && { aws: { ...aws, region: "eu_west_1" } }),
      ...(google !== undefined && { google: { ...google, ...("purpose" in google ? symmetric : connected) } }),
    };
  });

  test("is read, found and compared as it was created and as it was changed, with digests for secrets", () =>
    fc.assert(
      fc.asyncProperty(wanted, wanted, async (first, second) => {
        const all = handlers(containersOf(uko, "carol"));
        const made = await all.create(checkedBy(all, first), options);
        expect(made.state).toMatchObject(shown(fields, first));
        expect((await all.read(made.state, options))?.state).toEqual(made.state);
        expect(all.diff(made.state, checkedBy(all, first, made.state))).toEqual([]);

        const later = changed(fields, first, second);
        const updated = await all.update(made.state, checkedBy(all, later, made.state), options);
        expect(updated.state).toMatchObject(shown(fields, later));
        expect((await all.read(updated.state, options))?.state).toEqual(updated.state);
        expect(all.diff(updated.state, checkedBy(all, later, updated.state))).toEqual([]);
        expect((await all.lookup(made.id, options))?.id).toBe(made.id);
        expect(await all.delete(updated.state, options)).toMatchObject({ kind: "ended" });
      }),
      { numRuns: 10, seed: 26, endOnFailure: true },
    ));
});
