import { expect, test } from "vitest";
import { certificateHeading, certificateRows, explainLimits } from "../../../provider/engine/certificate/messages.ts";
import { hostileCertificate } from "../../support/hostile-certificate.ts";

test("a terminal shows no control character of the certificate", async () => {
  const { certificate } = await hostileCertificate(`</td><script>alert("1")</script>\u001b[31m\u202e`);
  const shown = [certificateHeading(certificate), explainLimits(certificate), ...certificateRows(certificate).flat()];
  expect(shown.join("").replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
