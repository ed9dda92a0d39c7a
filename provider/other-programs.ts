/**
 * The environment of a program that uko starts: a signer, a browser, an engine. With a credential,
 * that program and everything that it starts could act as the caller.
 */

/** The settings that hold a secret of the caller, or name the file of one. */
const secretVariables = ["UKO_API_KEY", "UKO_API_KEY_FILE", "UKO_TOKEN", "UKO_SIGN_PASSPHRASE_FILE"];

/** Windows spells the names of variables in any case. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !secretVariables.includes(name.toUpperCase())),
  );
}
