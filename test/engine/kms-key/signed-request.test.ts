import { beforeEach, expect, it } from "vitest";
import { createKmsOperations } from "../../../provider/engine/kms-key/commands.ts";
import type { ConsentSignatures } from "../../../provider/engine/ports/signatures.ts";
import { UkoError } from "../../../provider/errors.ts";
import { useEngineWorld } from "../harness.ts";
import { kmsRun, kmsView, makeKmsKey } from "../kms-stage.ts";

const uko = useEngineWorld();
beforeEach(() => uko.reset());

/** A run that is stopped while it waits for the touch of the security key. */
const stoppedAtTheKey = (stop: AbortController): ConsentSignatures => ({
  demand: { service: "emulator", by: "/etc/uko/allowed_signers" },
  isGenuine: () => false,
  signed: new Map(),
  describe: () => [],
  sign: () => {
    stop.abort();
    return Promise.reject(new UkoError("UKO_SIGNATURE_MISSING", { summary: "stopped", detail: "" }));
  },
});

it("closes the windows that it opened, also if the run is stopped while it signs", async () => {
  const { keyId } = await makeKmsKey(uko, { dualAuthDelete: true });
  const stop = new AbortController();
  const { world } = kmsRun(uko, "alice");
  const { requestSigned } = createKmsOperations({ ...world, signatures: stoppedAtTheKey(stop) });
  const ref = { instanceId: uko.test.emulator.instanceId, kmsKeyId: keyId };
  await expect(requestSigned([ref], { signal: stop.signal })).rejects.toMatchObject({ code: "UKO_SIGNATURE_MISSING" });
  expect((await kmsView(uko, keyId)).dualAuthDelete).toMatchObject({ keySetForDeletion: false });
});
