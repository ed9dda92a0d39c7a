/** Fields that the forms of printed JSON share. */

import * as z from "zod";
import { type ErrorCode, errorCatalog } from "../../../provider/errors.ts";

export const v = z.literal(1).describe("Version of the form; it changes if a field changes its meaning");
export const time = (what: string) => z.string().describe(`${what}, ISO 8601 UTC`);
export const id = (of: string) => z.string().describe(`UUID of the ${of}`);
export const exitCode = z
  .number()
  .int()
  .describe("0 done, 1 error, 2 usage error, 10 approval, 11 time, 12 blocked, 13 missing right");
export const code = z
  .enum(Object.keys(errorCatalog) as [ErrorCode, ...ErrorCode[]])
  .describe("Explained by uko explain");
