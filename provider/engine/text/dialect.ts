/** Writes names in messages in the notation of the reader's program. */

export interface Dialect {
  readonly program: "program" | "configuration";
  readonly stack: "stack" | "state";
  /** `existingKeyId` or `existing_key_id`; `aws.region` or `aws_region`. */
  property(path: string): string;
  /** `align: true` or `align = true`. */
  assignment(path: string, value: string | boolean): string;
  /** `ManagedKey` or `uko_managed_key`. */
  resource(type: string): string;
}

export const programDialect: Dialect = {
  program: "program",
  stack: "stack",
  property: (path) => path,
  assignment: (path, value) => `${path}: ${JSON.stringify(value)}`,
  resource: (type) => type,
};

export const hclDialect: Dialect = {
  program: "configuration",
  stack: "state",
  property: snake,
  assignment: (path, value) => `${snake(path)} = ${JSON.stringify(value)}`,
  resource: (type) => `uko${snake(type)}`,
};

/** The dialect of the interface whose command this is; the command line has Pulumi's. */
export function dialectOf(command: string): Dialect {
  return command.startsWith("tofu ") || command.startsWith("terraform ") ? hclDialect : programDialect;
}

/** Undefined for a reader at the command line or in the console, whose program is unknown. */
export function dialectOfProgram({ rerun }: { readonly rerun: string }): Dialect | undefined {
  return rerun === "uko continue" ? undefined : dialectOf(rerun);
}

function snake(path: string): string {
  return path.replaceAll(".", "_").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
