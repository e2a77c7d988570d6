"use client";

import { useRouter } from "next/navigation";
import { textOf } from "@/components/form/text-of.ts";
import { ACTIONS, actionWords, type AuditParams } from "./audit-path.ts";

export function AuditFilters({ params }: { readonly params: AuditParams }) {
  const router = useRouter();
  const apply = (form: HTMLFormElement): void => {
    const data = new FormData(form);
    const query = new URLSearchParams();
    for (const name of ["action", "since", "until"]) {
      const value = textOf(data, name);
      if (value !== "") query.set(name, value);
    }
    router.push(`/audit-log?${query}`);
  };
  const filtered = [params.action, params.since, params.until].some((value) => value !== undefined && value !== "");
  return (
    <form
      key={JSON.stringify(params)}
      aria-label="Filter"
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        apply(event.currentTarget);
      }}
      onChange={(event) => apply(event.currentTarget)}
    >
      <select name="action" aria-label="Action" defaultValue={params.action ?? ""} className="input sm:w-64!">
        <option value="">All actions</option>
        {ACTIONS.map((action) => (
          <option key={action} value={action}>
            {actionWords(action)}
          </option>
        ))}
      </select>
      <label className="flex items-center gap-2 text-muted">
        From
        <input type="date" name="since" title="By UTC days" defaultValue={params.since ?? ""} className="input w-40!" />
      </label>
      <label className="flex items-center gap-2 text-muted">
        to
        <input type="date" name="until" title="By UTC days" defaultValue={params.until ?? ""} className="input w-40!" />
      </label>
      {filtered ? (
        <button type="button" className="button button-quiet" onClick={() => router.push("/audit-log")}>
          Clear
        </button>
      ) : null}
    </form>
  );
}
