/** Settings of a service that does not answer: then a preview checks no creation, and the rest of it speaks. */

const closed = "http://127.0.0.1:9";

export const unreachable = {
  UKO_INSTANCE_ID: "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e",
  UKO_API_KEY: "no-key",
  UKO_ENDPOINT: closed,
  UKO_KMS_ENDPOINT: closed,
  UKO_IAM_ENDPOINT: closed,
} as const;
