/** A dynamic provider of Pulumi that does nothing. A program names this file by BENCH_HANDLER, because the engine stores the provider's text twice in each resource. */

const { id = "none", inputs, outputs } = JSON.parse(process.env.BENCH_STORES ?? "{}");
const isRefusing = process.env.BENCH_REFUSES === "1";

module.exports = {
  check: async (_olds, news) => ({ inputs: { ...inputs, ...news } }),
  diff: async () => ({ changes: false }),
  create: async (checked) => ({ id, outs: { ...outputs, ...checked } }),
  read: async (id, props) => ({ id, props }),
  async delete() {
    if (isRefusing) throw Object.assign(new Error("The deletion waits"), { code: 9 });
  },
};
