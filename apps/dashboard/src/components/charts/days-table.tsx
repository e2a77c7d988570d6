import { Money } from "@/components/figures/money.tsx";
import { exactCount } from "@/format/counts.ts";
import type { Stack } from "./stack-days.ts";

/** The numbers of the bars, newest day first; days without a call are left out. */
export function DaysTable({ title, stack }: { readonly title: string; readonly stack: Stack }) {
  const days = stack.columns.filter(({ requests }) => requests > 0).toReversed();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and must do so without a mouse
    <section className="max-h-96 overflow-auto" aria-label={`${title}, as a table`} tabIndex={0}>
      <table className="rows">
        <caption className="sr-only">{title}, newest day first</caption>
        <thead>
          <tr>
            <th scope="col">Day, UTC</th>
            <th scope="col" className="number">
              Requests
            </th>
            {stack.series.map(({ id, name }) => (
              <th key={id} scope="col" className="number">
                {name}
              </th>
            ))}
            <th scope="col" className="number">
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map((column) => (
            <tr key={column.day}>
              <th scope="row" className="tabular-nums">
                {column.day}
              </th>
              <td className="number" data-label="Requests">
                {exactCount(column.requests)}
              </td>
              {stack.series.map(({ id, name }, order) => (
                <td key={id} className="number" data-label={name}>
                  <Money nanousd={column.parts[order] ?? "0"} />
                </td>
              ))}
              <td className="number" data-label="Total">
                <Money nanousd={column.totalNanousd} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
