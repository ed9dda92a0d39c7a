import { expect, test } from "vitest";
import * as z from "zod";
import { certificateForm, certificateType } from "../../provider/certificate/statement.ts";

test("the published JSON Schema is the form that uko checks", async () => {
  const schema = {
    $id: certificateType,
    title: "Certificate of key destruction, in-toto Statement v1",
    ...z.toJSONSchema(certificateForm),
  };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../../sdk/certificate.schema.json");
});
