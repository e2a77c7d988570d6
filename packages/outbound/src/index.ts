export { createOutbound } from "./create-outbound.ts";
export type { Outbound, OutboundOptions, OutboundRequest, OutboundResponse } from "./create-outbound.ts";
export { OutboundError } from "./outbound-error.ts";
export type { OutboundErrorCode } from "./outbound-error.ts";
export { isPublicAddress } from "./is-public-address.ts";
export { readBounded } from "./read-bounded.ts";
export type { ResolvedAddress, Resolver } from "./resolver.ts";
