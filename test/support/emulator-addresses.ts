/**
 * What a run needs in its environment to call an emulator. An instance of Key Protect, which a CRN names, has no UKO. Any
 * port of this machine is allowed, so that a test can put a proxy before the emulator.
 */
export const emulatorAddresses = (url: string, instanceCrn?: string) => ({
  ...(instanceCrn === undefined && { UKO_ENDPOINT: url }),
  UKO_KMS_ENDPOINT: url,
  UKO_IAM_ENDPOINT: url,
  UKO_ALLOWED_HOSTS: "127.0.0.1",
});
