import { Badge } from "@/components/feedback/badge.tsx";
import type { RequestRow } from "./merge-requests.ts";

/** What became of it, in a word, with the code that explains it. */
export function Outcome({ row }: { readonly row: RequestRow }) {
  if (row.kind === "refusal") {
    return (
      <Badge tone="danger" icon="refuse" title={`Refused with ${row.refusal.status}, before any call was made`}>
        Refused: {row.refusal.code.replaceAll("_", " ")}
      </Badge>
    );
  }
  const { status, outcome, source, usage_source: usage } = row.event;
  if (source === "reported") return <Badge tone="plain">Reported</Badge>;
  if (status !== null && status >= 400) {
    return (
      <Badge tone="warning" icon="warning" title="The provider answered with an error">
        Provider error {status}
      </Badge>
    );
  }
  if (outcome === "released") {
    return (
      <Badge
        tone="plain"
        icon="cross"
        title="It did not reach the provider, or the provider did no work; nothing is charged"
      >
        Not charged
      </Badge>
    );
  }
  if (outcome === "expired") {
    return (
      <Badge
        tone="warning"
        icon="clock"
        title="It is not known how this call ended; it is charged at what was reserved"
      >
        End unknown
      </Badge>
    );
  }
  if (usage === "partial" || usage === "estimated") {
    return (
      <Badge tone="warning" icon="check" title="The provider did not say all of the usage; the cost is an estimate">
        Served, estimated
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon="check">
      Served
    </Badge>
  );
}
