export { createModelPrices } from "./create-model-prices.ts";
export type { ModelPricesOptions } from "./create-model-prices.ts";
