import type { TokenCounter } from "@meterr/metering";

/**
 * Counts on a thread of its own and answers by an estimate once its deadline has passed, so that no text can occupy
 * the process. The `tokenCounter` of `@meterr/metering` fits.
 */
export type TextCounter = Pick<TokenCounter, "estimate">;
