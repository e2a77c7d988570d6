"use client";

import { Money } from "@/components/figures/money.tsx";
import { Count } from "@/components/figures/count.tsx";
import { ProviderName } from "@/components/figures/provider-name.tsx";
import { When } from "@/components/figures/when.tsx";
import { tokensOf } from "@/format/tokens.ts";
import type { RequestRow } from "./merge-requests.ts";
import type { Names } from "./names.ts";
import { Outcome } from "./outcome.tsx";

interface RequestTableProps {
  readonly rows: readonly RequestRow[];
  readonly names: Names;
  readonly chosen: string | null;
  /** Leaves out what the details beside it say anyway. */
  readonly narrow: boolean;
  readonly onChoose: (id: string) => void;
}

export function RequestTable({ rows, names, chosen, narrow, onChoose }: RequestTableProps) {
  const hidden = hiddenWhen(narrow);
  return (
    <table className="rows">
      <caption className="sr-only">Calls and refusals, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">When</th>
          <th scope="col" className={hidden}>
            Provider
          </th>
          <th scope="col" className={hidden}>
            Virtual key
          </th>
          <th scope="col">Outcome</th>
          <th scope="col" className="number">
            Tokens in / out
          </th>
          <th scope="col" className="number">
            Cost
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            names={names}
            narrow={narrow}
            chosen={row.id === chosen}
            onChoose={() => onChoose(row.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly row: RequestRow;
  readonly names: Names;
  readonly chosen: boolean;
  readonly narrow: boolean;
  readonly onChoose: () => void;
}

function Row({ row, names, chosen, narrow, onChoose }: RowProps) {
  const hidden = hiddenWhen(narrow);
  const about = row.kind === "event" ? row.event : row.refusal;
  const model = row.kind === "event" ? row.event.model_requested : row.refusal.model;
  const tokens = row.kind === "event" ? tokensOf(row.event.usage) : null;
  return (
    <tr className={`choosable ${chosen ? "chosen" : ""}`}>
      <th scope="row" className="wrap-anywhere md:min-w-32">
        <button
          type="button"
          id={`request-${row.id}`}
          className="text-left font-medium hover:underline"
          aria-expanded={chosen}
          onClick={onChoose}
        >
          {model || "no model"}
        </button>
      </th>
      <td data-label="When" className="text-muted">
        <When instant={row.at} />
      </td>
      <td data-label="Provider" className={hidden}>
        <ProviderName provider={about.provider} />
      </td>
      <td data-label="Virtual key" className={hidden}>
        <span>{about.virtual_key_id === null ? "reported" : (names.keys[about.virtual_key_id] ?? "unknown")}</span>
      </td>
      <td data-label="Outcome">
        <Outcome row={row} />
      </td>
      <td data-label="Tokens" className="number">
        {tokens === null ? (
          <span className="text-muted">none</span>
        ) : (
          <span>
            <Count count={tokens.in} /> / <Count count={tokens.out} />
          </span>
        )}
      </td>
      <td data-label="Cost" className="number">
        <Money nanousd={row.kind === "event" ? row.event.cost_nanousd : "0"} />
      </td>
    </tr>
  );
}

function hiddenWhen(narrow: boolean): string {
  return narrow ? "xl:max-2xl:hidden" : "";
}
