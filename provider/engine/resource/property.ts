/**
 * Reads the facts about a property that every interface needs: whether it is immutable or secret, its role, and which
 * inputs change an output. The file also finds the secrets and the default values of all inputs of a resource.
 */

import * as z from "zod";

/**
 * The role of an input that the service does not hold. A `policy` controls uko itself. A `goal` is what an update has
 * to bring about. A change of a `trigger` requests one action. A `creation` input is used once, when the object is
 * created or adopted. An import sets an `adoption` input, too, so that it may be in state although no program names it.
 */
type InputRole = "policy" | "goal" | "trigger" | "creation" | "adoption";

declare module "zod" {
  interface GlobalMeta {
    /** No update can change the input. */
    readonly immutable?: true;
    /** State holds a digest of the input (decision 0016). */
    readonly secret?: true;
    /** Absent for an input that the service holds. */
    readonly role?: InputRole;
    /** The inputs whose change may change this output; empty if no update changes it. Each output has this list. */
    readonly changedBy?: readonly string[];
    /** The output that shows how far the goal of this input is reached. */
    readonly progress?: string;
    /** A list whose order has no meaning. */
    readonly isSet?: true;
    /** The type that SDKs declare for an enum or an object. Its name is part of their interface. */
    readonly type?: {
      readonly name: string;
      /** For an enum; an object has its own description. */
      readonly description?: string;
      /** The meaning of an enum's values. */
      readonly values?: Readonly<Record<string, string>>;
    };
  }
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;
type Meta = z.core.GlobalMeta;

/** The schema without the wrappers that only state whether a value may be absent. */
export function unwrapSchema(schema: z.core.$ZodType): z.core.$ZodTypes {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  return def.type === "optional" || def.type === "default" || def.type === "catch"
    ? unwrapSchema(def.innerType)
    : known;
}

/** The facts about a property; those of a wrapper take precedence over those of the wrapped schema. */
export function metaOf(schema: z.core.$ZodType): Meta {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const isWrapper = def.type === "optional" || def.type === "default" || def.type === "catch";
  return { ...(isWrapper && metaOf(def.innerType)), ...z.globalRegistry.get(schema) };
}

/** The properties of inputs or of state, by name. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.ZodType>> {
  const { def } = unwrapSchema(schema)._zod;
  return def.type === "object" ? (def.shape as Readonly<Record<string, z.ZodType>>) : {};
}

/** The names of the properties with these facts, in order. */
export function namesWhere<Properties extends Shape>(
  { shape }: z.ZodObject<Properties>,
  test: (meta: Meta, schema: z.core.$ZodTypes) => boolean,
): readonly (keyof Properties & string)[] {
  const named = Object.entries(shape) as [keyof Properties & string, z.core.$ZodType][];
  return named.filter(([, schema]) => test(metaOf(schema), unwrapSchema(schema))).map(([name]) => name);
}

const containers: readonly string[] = ["object", "array", "record"];

/** Whether this is a single value that the service holds and an update can change. */
export function isChangeable({ role, immutable }: Meta, { _zod: { def } }: z.core.$ZodTypes): boolean {
  return role === undefined && immutable === undefined && !containers.includes(def.type);
}

/** The paths of secret inputs, such as `aws.secretAccessKey`. */
export function secretPathsIn(schema: z.core.$ZodType): readonly string[] {
  return Object.entries(shapeOf(schema)).flatMap(([name, property]) =>
    metaOf(property).secret ? [name] : secretPathsIn(property).map((path) => `${name}.${path}`),
  );
}

/** The values of inputs that a program omits. */
export function defaultsOf<Inputs extends object>(schema: z.ZodType<Inputs>): Partial<Inputs> {
  const defaults = Object.entries(shapeOf(schema)).flatMap(([name, property]) => {
    const absent = property.safeParse(undefined);
    return absent.success && absent.data !== undefined ? [[name, absent.data]] : [];
  });
  return Object.fromEntries(defaults) as Partial<Inputs>;
}
