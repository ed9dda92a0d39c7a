/** An ID as programs write one. */

import * as z from "zod";
import { uuidForm } from "../uuid-form.ts";

export const uuid = z.string().regex(uuidForm, "has to be a UUID in lower case");
