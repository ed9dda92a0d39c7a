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

/**
 * Whether a text is the line that names the emulator's host, with which each run begins. Test worlds leave it out, because
 * it is about none of their stories; test/attacks/32-named-hosts.test.ts reads it.
 */
export const isHostLine = (text: string): boolean => hostLine.test(text);

export const hostLine = /^This run sends its credential to 127\.0\.0\.1:/;
