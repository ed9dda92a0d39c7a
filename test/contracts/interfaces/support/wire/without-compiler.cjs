/** Leaves out of Pulumi's process for dynamic providers the TypeScript compiler, which only a program needs: three quarters of its start. */

const Module = require("node:module");

const load = Module._load;
Module._load = function loadOther(request, ...rest) {
  return /^\.\/closure\/(?:serializeClosure|codePaths)$/.test(request) ? {} : load.call(this, request, ...rest);
};
