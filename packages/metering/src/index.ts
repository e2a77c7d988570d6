export { MeteringError, type MeteringCode } from "./errors.ts";
export { isProvider, type Endpoint, type Provider } from "./provider.ts";
export { matchEndpoint, type EndpointMatch } from "./match-endpoint.ts";
export { NANO_PER_USD, exactUsd, formatUsd, nanousdFromJson, nanousdToJson, parseUsd } from "./money.ts";
export {
  BUCKET_NAMES,
  TOKEN_UNITS,
  inputTokens,
  makeBuckets,
  outputTokens,
  type BucketName,
  type Buckets,
} from "./buckets.ts";
export {
  PRICE_NAMES,
  priceTableFromJson,
  priceTableToJson,
  priceVersion,
  type PriceTable,
  type PriceTableJson,
  type Rate,
} from "./price-table.ts";
export { costOf, exactCost, type ExactCost, type Surcharge } from "./cost.ts";
export { CATALOGUE_SOURCE, findPrice, type Priced } from "./catalogue.ts";
export { pricedByOrganisation } from "./organisation-price.ts";
export { extractUsage, extractUsageFromBytes } from "./extract.ts";
export type { Extraction, RawUsage } from "./extract/extraction.ts";
export { streamTap, type StreamReport, type StreamTap, type StreamTapOptions } from "./stream-tap.ts";
export {
  inspectRequest,
  limitOutput,
  modelNotMetered,
  type InputMeasure,
  type InspectOptions,
  type Inspection,
} from "./inspect-request.ts";
export { boundCost, boundInput, boundOutput, outputPerChoice, type Bound } from "./bound.ts";
export { editTopLevel, type Edit } from "./edit-top-level.ts";
export { encodingOf, loadEncoding, type CountText, type Encoding } from "./count/encoding.ts";
export { roughCount } from "./count/rough-count.ts";
export { tokenCounter, type TokenCount, type TokenCounter, type TokenCounterOptions } from "./token-counter.ts";
