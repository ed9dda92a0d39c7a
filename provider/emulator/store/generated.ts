/** Written by `npm run schema` from the schemas of the emulator. Do not edit. */

/** Behavior that IBM's documents leave open. The reference of the emulator describes each switch. */
export interface SwitchChoices {
  tags?: "kept" | "dropped" | "rejected" | undefined;
  description?: "kept" | "collapsed" | undefined;
  syncChangesLastWriter?: boolean | undefined;
  lastWriter?: "recorded" | "absent" | undefined;
  backingKeyIdentity?: "caller" | "service" | undefined;
  statusFreshness?: "live" | "stale" | undefined;
  etagGrain?: "second" | "unique" | undefined;
  coolDownHours?: number | undefined;
  kmsWindowHours?: number | undefined;
  kmsSetAgain?: "latest" | "keepFirst" | undefined;
  kmsIdentity?: "iam_id" | "authn" | undefined;
  kmsExpiredWindow?: "shown" | "cleared" | undefined;
  kmsFirstUpdate?: "shown" | "absent" | undefined;
  apiVersion?: "4.12" | "4.13" | "4.14.0" | "4.14" | undefined;
  cloudBuild?: boolean | undefined;
  forceDelete?: "served" | "ignored" | undefined;
  labelRules?: "api" | "keystore" | undefined;
  rotateStatus?: 200 | 204 | undefined;
  patchDestroyed?: "accepted" | "refused" | undefined;
  internalKeystoreFields?: "empty" | "filled" | undefined;
  tokenClock?: "emulated" | "wall" | undefined;
  product?: "hpcs" | "key-protect" | undefined;
  hrefs?: "relative" | "absolute" | undefined;
  auditEntries?: number | undefined;
}

/** The form of a seed file, in which defaults can be left out. */
export interface Seed {
  instance: {
    id: string;
    accountId?: string | undefined;
    region?: string | undefined;
    /** KMS instance policy: new KMS keys start with it */
    dualAuthDelete?: boolean | undefined;
  };
  clock?: {
    start?: string | undefined;
    frozen?: boolean | undefined;
    tickMs?: number | undefined;
  } | undefined;
  profile?: string | undefined;
  switches?: {
    tags?: "kept" | "dropped" | "rejected" | undefined;
    description?: "kept" | "collapsed" | undefined;
    syncChangesLastWriter?: boolean | undefined;
    lastWriter?: "recorded" | "absent" | undefined;
    backingKeyIdentity?: "caller" | "service" | undefined;
    statusFreshness?: "live" | "stale" | undefined;
    etagGrain?: "second" | "unique" | undefined;
    coolDownHours?: number | undefined;
    kmsWindowHours?: number | undefined;
    kmsSetAgain?: "latest" | "keepFirst" | undefined;
    kmsIdentity?: "iam_id" | "authn" | undefined;
    kmsExpiredWindow?: "shown" | "cleared" | undefined;
    kmsFirstUpdate?: "shown" | "absent" | undefined;
    apiVersion?: "4.12" | "4.13" | "4.14.0" | "4.14" | undefined;
    cloudBuild?: boolean | undefined;
    forceDelete?: "served" | "ignored" | undefined;
    labelRules?: "api" | "keystore" | undefined;
    rotateStatus?: 200 | 204 | undefined;
    patchDestroyed?: "accepted" | "refused" | undefined;
    internalKeystoreFields?: "empty" | "filled" | undefined;
    tokenClock?: "emulated" | "wall" | undefined;
    product?: "hpcs" | "key-protect" | undefined;
    hrefs?: "relative" | "absolute" | undefined;
    auditEntries?: number | undefined;
  } | undefined;
  identities: {
    /** `IBMid-…` for a person, `iam-ServiceId-…`, `iam-Profile-…` */
    iamId: string;
    kind: "person" | "service" | "profile";
    name: string;
    email?: string | undefined;
    givenName?: string | undefined;
    familyName?: string | undefined;
    apiKey?: string | undefined;
    /** The person or workload that uses the profile, if the profile has an API key. */
    login?: {
      iamId: string;
      name: string;
      sub?: string | undefined;
    } | undefined;
    assumableBy?: string[] | undefined;
    roles?: ("Reader" | "ReaderPlus" | "Writer" | "Manager" | "VaultAdministrator" | "KeyCustodianCreator" | "KeyCustodianDeployer" | "KeyPurge")[] | undefined;
    /** Single rights in addition to those of the roles */
    grants?: string[] | undefined;
    /** Single rights of its roles that it lacks */
    denials?: string[] | undefined;
    /** Limited to these vaults */
    vaults?: string[] | undefined;
  }[];
  vaults?: {
    id?: string | undefined;
    name: string;
    description?: string | undefined;
    recoveryKeyLabel?: string | undefined;
  }[] | undefined;
  keystores?: {
    id?: string | undefined;
    name: string;
    /** ID or name */
    vault: string;
    type: "aws_kms" | "azure_key_vault" | "google_kms" | "ibm_cloud_kms" | "cca";
    variant?: "internal" | "hpcs" | "key_protect" | undefined;
    description?: string | undefined;
    location?: string | undefined;
    /** Its name when absent (U23) */
    groups?: string[] | undefined;
    /** The type's default when absent */
    pendingDays?: number | undefined;
    refuses?: ("activate" | "deactivate" | "destroy")[] | undefined;
    statusResponse?: "ok" | "error" | "unknown" | undefined;
    fields?: Record<string, unknown> | undefined;
  }[] | undefined;
  templates?: {
    id?: string | undefined;
    name: string;
    vault: string;
    description?: string | undefined;
    keystoreType: "aws_kms" | "azure_key_vault" | "google_kms" | "ibm_cloud_kms" | "cca";
    group: string;
    keystoreNamingScheme?: string | undefined;
    /** The fields that Azure, Google and CCA add to a template. */
    keystoreFields?: Record<string, unknown> | undefined;
    keyState?: "active" | "pre_activation" | undefined;
    algorithm?: "aes" | "des" | "dilithium" | "ec" | "hmac" | "rsa" | undefined;
    size?: string | undefined;
    activationPeriod?: string | undefined;
    expirationPeriod?: string | undefined;
    archived?: boolean | undefined;
    type?: "user_defined" | "shadow" | "system" | undefined;
    namingScheme?: string | undefined;
    deactivateOnRotation?: boolean | undefined;
  }[] | undefined;
  keys?: {
    id?: string | undefined;
    label: string;
    vault: string;
    template: string;
    /** The template's when absent */
    state?: "pre_activation" | "active" | "deactivated" | "destroyed" | "compromised" | "destroyed_compromised" | undefined;
    description?: string | undefined;
    tags?: {
      name: string;
      value: string;
    }[] | undefined;
    activationDate?: string | undefined;
    expirationDate?: string | undefined;
    createdAt?: string | undefined;
    createdBy?: string | undefined;
    updatedAt?: string | undefined;
    updatedBy?: string | undefined;
    deactivatedAt?: string | undefined;
    destroyedAt?: string | undefined;
    resources?: {
      crn: string;
      name?: string | undefined;
      description?: string | undefined;
      serviceName?: string | undefined;
      serviceInstanceName?: string | undefined;
      preventKeyDeletion?: boolean | undefined;
    }[] | undefined;
    /** KMS dual authorization on the backing key */
    dualAuthDelete?: boolean | undefined;
    setForDeletion?: {
      by: string;
      at: string;
    } | undefined;
  }[] | undefined;
  /** In addition to `default` and those of keystores */
  keyRings?: string[] | undefined;
  /** KMS keys that do not back a managed key */
  kmsKeys?: {
    id?: string | undefined;
    name: string;
    /** `default` when absent */
    ring?: string | undefined;
    description?: string | undefined;
    aliases?: string[] | undefined;
    tags?: string[] | undefined;
    /** True for a standard key */
    extractable?: boolean | undefined;
    /** Imported material */
    payload?: string | undefined;
    state?: 1 | 2 | 3 | 5 | undefined;
    expirationDate?: string | undefined;
    createdAt?: string | undefined;
    createdBy?: string | undefined;
    deletedAt?: string | undefined;
    resources?: {
      crn: string;
      name?: string | undefined;
      description?: string | undefined;
      serviceName?: string | undefined;
      serviceInstanceName?: string | undefined;
      preventKeyDeletion?: boolean | undefined;
    }[] | undefined;
    dualAuthDelete?: boolean | undefined;
    setForDeletion?: {
      by: string;
      at: string;
    } | undefined;
  }[] | undefined;
}
