import type { Membership } from "@meterr/runtime";

/** A user's memberships as they stand now. Rejecting means "cannot tell", which refuses the request with 503. */
export type MembershipsOf = (userId: string) => Promise<readonly Membership[]>;
