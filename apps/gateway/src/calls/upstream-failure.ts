import { OutboundError } from "@meterr/outbound";
import { Refusal } from "../refusal.ts";

/** What the client is told when the provider's side broke. `dispatched` says whether the call may have cost something. */
export function upstreamFailure(error: Error, dispatched: boolean): Refusal {
  const code = error instanceof OutboundError ? error.code : "upstream_unreachable";
  if (code === "destination_refused") {
    return new Refusal("destination_refused", "The provider's address is not one that calls may be sent to.");
  }
  if (code === "upstream_timeout") {
    return new Refusal(
      "upstream_timeout",
      dispatched
        ? "The provider stopped answering. The call was counted; see its cost under requests."
        : "The provider could not be reached in time. Nothing was counted.",
    );
  }
  return new Refusal(
    "upstream_unreachable",
    dispatched ? "The provider broke the connection off." : "The provider could not be reached. Nothing was counted.",
  );
}
