/** What our sources use of undici, for bundles: its own index also loads fetch, caches, mocks and web sockets, at every start. */

const Dispatcher = require("../../node_modules/undici/lib/dispatcher/dispatcher.js");

// As its index does; a proxy's agent calls `connect`.
Object.assign(Dispatcher.prototype, require("../../node_modules/undici/lib/api/index.js"));

exports.Agent = require("../../node_modules/undici/lib/dispatcher/agent.js");
exports.EnvHttpProxyAgent = require("../../node_modules/undici/lib/dispatcher/env-http-proxy-agent.js");
