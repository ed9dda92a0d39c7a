/** What nobody has run yet, because the machines of the tests have neither a registry of images nor a cluster. */

export const neverRun: readonly string[] = [
  "the image on its pinned base, for amd64 and arm64, its health check and its size",
  "the compose file",
  "the `services:` recipe",
  "Testcontainers",
];
