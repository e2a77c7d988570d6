export { createUsageTracking } from "./create-usage-tracking.ts";
export type { UsageTrackingOptions } from "./create-usage-tracking.ts";
export { BREAKDOWNS } from "./validators/inputs.ts";
export type { Breakdown } from "./validators/inputs.ts";
