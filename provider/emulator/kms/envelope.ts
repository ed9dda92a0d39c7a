/**
 * Defines the forms of KMS's requests, lists and refusals, with their reason codes (kms-v2-and-iam.md 1.5, 2.2, 4).
 */

import * as z from "zod";
import {
  type Api,
  type Bounds,
  type Call,
  flagParameter,
  integerParameter,
  jsonObject,
  Refusal,
  type Reply,
} from "../http/responses.ts";

const vendor = (name: string): string => `application/vnd.ibm.kms.${name}+json`;
const moreInfo = "https://cloud.ibm.com/apidocs/key-protect";

type CollectionKind = "key" | "policy" | "registration" | "key.version" | "key_ring" | "alias" | "allowed_ip_metadata";

interface CollectionOptions {
  readonly status?: number;
  /** Further members of `metadata`, such as `totalCount`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export function collection(
  kind: CollectionKind,
  resources: readonly unknown[],
  { status = 200, metadata: further = {} }: CollectionOptions = {},
): Reply {
  const metadata = { collectionType: vendor(kind), collectionTotal: resources.length, ...further };
  // kms-v2-and-iam.md 10-15: policies leave an empty `resources` out, the others send `[]`.
  const isOmitted = kind === "policy" && resources.length === 0;
  return { status, body: isOmitted ? { metadata } : { metadata, resources } };
}

function refuse(refusal: Refusal): unknown {
  const { code, message, status, details } = refusal;
  const { headline, target } = details;
  return {
    metadata: { collectionType: vendor("error"), collectionTotal: 1 },
    // 401 and faults carry no reasons (kms-v2-and-iam.md 4.1).
    resources: [
      headline === undefined
        ? { errorMsg: message }
        : { errorMsg: headline, reasons: [{ code, message, status, moreInfo, target }] },
    ],
  };
}

/** kms-v2-and-iam.md 4.3: one response for a bad token, a missing role, a foreign instance or key. */
export const unauthorized = (): Refusal =>
  new Refusal(
    401,
    "UNAUTHORIZED_ERR",
    "Unauthorized: Either the user does not have access to the specified resource, the resource does not exist, or the region is incorrectly set",
  );

/** The refusal of a token. KMS distinguishes a token whose subject cannot be read from one that is not valid (4.2). */
function unauthenticated(authorization = ""): Refusal {
  const [, payload = ""] = /^Bearer [^.]*\.([^.]+)\./i.exec(authorization) ?? [];
  if (Buffer.from(payload, "base64url").includes('"sub"')) return unauthorized();
  const message =
    "Extracting the subject from the bearer token failed: Make sure the bearer token passed is the correct one (and correct format) and is allowed to perform requested actions";
  return refusal(400, "BEARER_SUB_EXTRACTION_ERR", notPerformed, message);
}

export const kmsApi: Api = {
  refuse,
  unauthorized: unauthenticated,
  headers: (correlationId) => ({ "correlation-id": correlationId, "x-correlation-id": correlationId }),
  wrongMethod: (headers) =>
    new Refusal(405, "EMULATED_METHOD_NOT_ALLOWED", "Method Not Allowed: The path has other methods", { headers }),
};

const phrases = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  410: "Gone",
  422: "Unprocessable Entity",
} as const;

/** The second part of most headlines. */
export const notPerformed = "Action could not be performed on key";

/** A refusal with one reason; `what` completes the headline, such as "Key could not be deleted". */
export function refusal(
  status: keyof typeof phrases,
  code: string,
  what: string,
  message: string,
  target?: { readonly type: "field" | "query_param"; readonly name: string },
): Refusal {
  const headline = `${phrases[status]}: ${what}: Please see \`reasons\` for more details (${code})`;
  return new Refusal(status, code, message, { headline, ...(target === undefined ? {} : { target }) });
}

export const keyNotFound = (what = "Key could not be retrieved"): Refusal =>
  refusal(404, "KEY_NOT_FOUND_ERR", what, "key does not exist");

/**
 * The refusal of an unknown path. Its code is the emulator's own, so that a mistake of a client is not taken for a
 * missing key.
 */
export const unknownPath = (): Refusal =>
  refusal(404, "EMULATED_UNKNOWN_PATH", "The path was not found", "The emulator does not serve this path");

export const invalidState = (what: string): Refusal =>
  refusal(409, "KEY_ACTION_INVALID_STATE_ERR", what, "Key is not in a valid state");

export const keyDeleted = (what: string): Refusal =>
  refusal(410, "KEY_DELETED_ERR", what, "Key has already been deleted. Please delete references to this key.");

export const rootKeyRequired = (what: string): Refusal =>
  refusal(400, "KEY_ROOT_REQ_ERR", what, "Requested action can only be completed with a root key.");

export const tooEarly = (what: string, hint: string): Refusal =>
  refusal(409, "REQ_TOO_EARLY_ERR", what, `The key was updated recently: Please wait and try again${hint}`);

export const invalidField = (name: string, what: string, message: string): Refusal =>
  refusal(400, "INVALID_FIELD_ERR", what, message, { type: "field", name });

export const invalidQuery = (name: string, what: string, rule = "a value that the API describes"): Refusal => {
  const message = `The query_param '${name}' must be: ${rule}`;
  return refusal(400, "INVALID_QUERY_PARAM_ERR", what, message, { type: "query_param", name });
};

export const badBody = (detail: string, what = notPerformed): Refusal => {
  const rule = "Please ensure the data passed had valid formatting with no invalid characters";
  return refusal(400, "BAD_BODY_ERR", what, `Invalid body data was passed. ${rule}: ${detail}`);
};

const limitBounds = { fallback: 200, min: 1, max: 5_000 } as const;
const offsetBounds = { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER } as const;

export function pageOf<Item>(call: Call, items: readonly Item[], what: string): readonly Item[] {
  const invalid = (name: string, { min, max }: Bounds): Refusal =>
    invalidQuery(name, what, `an integer between ${min} and ${max} (inclusive)`);
  const limit = integerParameter(call, "limit", limitBounds, invalid);
  const offset = integerParameter(call, "offset", offsetBounds, invalid);
  return items.slice(offset, offset + limit);
}

/** A page as a collection, with the grand total if the request asks for it. */
export function countedPage<Item>(
  call: Call,
  kind: CollectionKind,
  items: readonly Item[],
  view: (item: Item) => unknown,
): Reply {
  const page = pageOf(call, items, "The list could not be read");
  const isCounted = call.url.searchParams.get("totalCount") === "true";
  return collection(kind, page.map(view), isCounted ? { metadata: { totalCount: items.length } } : {});
}

export function booleanQuery(call: Call, name: string, what: string): boolean | undefined {
  return flagParameter(call, name, () => invalidQuery(name, what));
}

export const metadataSchema = z.object({ collectionType: z.string(), collectionTotal: z.number().int() });

/** Parses a body; `what` completes the headline of a refusal. */
export function parsedBody<Schema extends z.ZodType>(call: Call, schema: Schema, what: string): z.output<Schema> {
  const raw = jsonObject(call);
  if (raw === undefined) throw badBody("not a JSON object", what);
  return parseOrRefuse(raw, schema, what);
}

/** Like `parsedBody`, with a refusal of its own for a missing body. */
export function requiredBody<Schema extends z.ZodType>(call: Call, schema: Schema, what: string): z.output<Schema> {
  if (call.text.trim() === "") throw refusal(400, "NO_BODY_ERR", what, "Missing body in request");
  return parsedBody(call, schema, what);
}

export function parseOrRefuse<Schema extends z.ZodType>(raw: unknown, schema: Schema, what: string): z.output<Schema> {
  const result = schema.safeParse(respelled(raw, schema));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw badBody("not valid", what);
  if (issue.code === "unrecognized_keys") throw badBody(`json: unknown field "${issue.keys[0] ?? ""}"`, what);
  const field = issue.path.findLast((step) => typeof step === "string");
  const isShape = issue.code === "invalid_type" || issue.code === "invalid_union" || field === undefined;
  throw isShape ? badBody(issue.message, what) : invalidField(field, what, `Invalid field: ${field}: ${issue.message}`);
}

/**
 * The body with the names of members in the schema's case. Go accepts any case, and IBM's Go client sends `Tags` and
 * `KeyRingID` (2.2).
 */
function respelled(raw: unknown, schema: unknown): unknown {
  const schemas = unwrapped(schema);
  if (Array.isArray(raw)) {
    const list = schemas.find((each) => each instanceof z.ZodArray);
    return list === undefined ? raw : raw.map((item) => respelled(item, list.element));
  }
  if (typeof raw !== "object" || raw === null) return raw;
  const shapes = schemas.flatMap((each) => (each instanceof z.ZodObject ? Object.entries(each.shape) : []));
  const known = new Map(shapes.map(([name, member]) => [name.toLowerCase(), { name, member }]));
  const entries = Object.entries(raw).map(([name, value]) => {
    const spelling = known.get(name.toLowerCase());
    return spelling === undefined ? [name, value] : [spelling.name, respelled(value, spelling.member)];
  });
  return Object.fromEntries(entries);
}

function unwrapped(schema: unknown): readonly unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  return schema instanceof z.ZodUnion ? schema.options.flatMap(unwrapped) : [schema];
}
