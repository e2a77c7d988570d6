import type { Inspection, Priced } from "@meterr/metering";
import type { Endpoint } from "../fronts/find-endpoint.ts";
import type { ProviderFront } from "../fronts/front.ts";
import type { VirtualKey } from "../keys/virtual-key.ts";
import type { Admitted } from "./admit-call.ts";
import type { Route } from "./choose-destination.ts";

/** All that is known of a call once it is admitted. */
export interface PreparedCall {
  readonly id: string;
  readonly front: ProviderFront;
  readonly endpoint: Endpoint;
  readonly key: VirtualKey;
  readonly route: Route;
  readonly inspection: Inspection | null;
  readonly price: Priced | null;
  readonly admitted: Admitted;
  readonly body: Buffer | Uint8Array | null;
  readonly target: string;
}
