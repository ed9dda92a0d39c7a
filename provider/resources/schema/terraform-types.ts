/** Defines the types of a Terraform provider's schema, in the form that `tofu providers schema -json` prints. */

/**
 * A type as Terraform's JSON writes it. The type of arbitrary values (`dynamic`) is omitted,
 * because no attribute here has it.
 */
export type ValueType =
  | "string"
  | "bool"
  | "number"
  | readonly ["list", ValueType]
  | readonly ["set", ValueType]
  | readonly ["map", ValueType]
  | readonly ["object", { readonly [name: string]: ValueType }];

/** Has either a `type` or, for a list of objects, a `nested_type`, in which each member has its own description. */
export interface AttributeSchema {
  readonly type?: ValueType;
  readonly nested_type?: {
    readonly nesting_mode: "list";
    readonly attributes: Readonly<Record<string, AttributeSchema>>;
  };
  readonly description: string;
  readonly description_kind: "markdown";
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
  readonly sensitive?: true;
  readonly write_only?: true;
}

export interface BlockSchema {
  readonly version: number;
  readonly block: {
    readonly attributes: Readonly<Record<string, AttributeSchema>>;
    readonly block_types?: Readonly<Record<string, { readonly nesting_mode: "single"; readonly block: NestedBlock }>>;
    readonly description?: string;
    readonly description_kind: "markdown" | "plain";
  };
}

export interface NestedBlock {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  readonly description_kind: "markdown";
}

export interface IdentitySchema {
  readonly version: number;
  readonly attributes: Readonly<
    Record<
      string,
      {
        readonly type: ValueType;
        readonly description: string;
        readonly required_for_import?: true;
        readonly optional_for_import?: true;
      }
    >
  >;
}

/** The schema of one provider, as the engines print it. */
export interface ProviderSchema {
  readonly provider: BlockSchema;
  readonly resource_schemas: Readonly<Record<string, BlockSchema>>;
  readonly data_source_schemas: Readonly<Record<string, BlockSchema>>;
  readonly resource_identity_schemas: Readonly<Record<string, IdentitySchema>>;
}
