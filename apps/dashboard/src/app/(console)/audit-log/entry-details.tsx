import type { AuditEntry } from "@/api/answers.ts";

/** What is known of an entry, folded away until it is wanted. Names came from people: text, nothing else. */
export function EntryDetails({ entry }: { readonly entry: AuditEntry }) {
  const told = Object.entries(entry.details).filter(([, value]) => value !== null);
  const said = SAID_FIRST.flatMap((name) => told.filter(([told]) => told === name).map(([, value]) => String(value)));
  const summary =
    said.length > 0 ? said.join(", ") : entry.subject.type === "model" ? entry.subject.id : "Everything known";
  const facts: readonly (readonly [string, string])[] = [
    ...told.map(([name, value]) => [name.replaceAll("_", " "), String(value)] as const),
    [entry.subject.type.replaceAll("_", " "), entry.subject.id],
    ["address", entry.address],
    ["request", entry.request_id],
    ["hash", entry.hash],
  ];
  return (
    <details className="min-w-0 max-w-md text-left">
      <summary className="cursor-pointer">{summary}</summary>
      <dl className="mt-2 grid gap-1 rounded-md bg-sunken p-2">
        {facts.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[96px_minmax(0,1fr)] gap-2">
            <dt className="text-muted">{name}</dt>
            <dd className="break-all font-mono">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Of the details, what tells entries apart at a glance. */
const SAID_FIRST = ["name", "role", "from", "to", "provider", "mode"] as const;
