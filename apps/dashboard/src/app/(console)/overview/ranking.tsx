import Link from "next/link";
import type { Breakdown, Mode, Summary } from "@/api/answers.ts";
import { Money } from "@/components/figures/money.tsx";
import { Count } from "@/components/figures/count.tsx";
import { PROVIDER_NAMES, isProvider, providerOfModel } from "@/format/providers.ts";

/** Rows shown; the rest are summed in one line, so that the column adds up. */
const MOST = 8;

interface RankingProps {
  readonly by: Breakdown;
  readonly title: string;
  readonly column: string;
  readonly mode: Mode;
  readonly groups: Summary["groups"];
}

/** A bar for a rank, each row a way to its requests. */
export function Ranking({ by, title, column, mode, groups }: RankingProps) {
  const shown = groups.slice(0, MOST);
  const rest = groups.slice(MOST);
  const most = shown.reduce((high, { cost_nanousd: cost }) => (BigInt(cost) > high ? BigInt(cost) : high), 1n);
  return (
    <section className="panel overflow-x-auto" aria-label={title}>
      <h2 className="px-3 pt-3">{title}</h2>
      {shown.length === 0 ? (
        <p className="p-3 text-muted">No call in this period. Choose a longer one, or the other mode.</p>
      ) : (
        <table className="rows">
          <caption className="sr-only">{title}, highest first</caption>
          <thead>
            <tr>
              <th scope="col">{column}</th>
              <th scope="col" className="w-1/3">
                <span className="sr-only">Share as a bar</span>
              </th>
              <th scope="col" className="number">
                Requests
              </th>
              <th scope="col" className="number">
                Spend
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((group) => (
              <tr key={group.id ?? "none"}>
                <th scope="row" className="wrap-anywhere">
                  <RankName by={by} id={group.id} name={group.name} mode={mode} />
                </th>
                <td className="max-sm:hidden">
                  <Bar
                    share={Number((BigInt(group.cost_nanousd) * 10_000n) / most) / 100}
                    fill={fillOf(by, group.id)}
                  />
                </td>
                <td className="number" data-label="Requests">
                  <Count count={group.requests} />
                </td>
                <td className="number" data-label="Spend">
                  <Money nanousd={group.cost_nanousd} />
                </td>
              </tr>
            ))}
            {rest.length === 0 ? null : (
              <tr>
                <th scope="row" className="text-muted">
                  {rest.length} more
                </th>
                <td className="max-sm:hidden">
                  <span className="sr-only">no bar</span>
                </td>
                <td className="number" data-label="Requests">
                  <Count count={rest.reduce((sum, { requests }) => sum + requests, 0)} />
                </td>
                <td className="number" data-label="Spend">
                  <Money nanousd={rest.reduce((sum, { cost_nanousd: cost }) => sum + BigInt(cost), 0n).toString()} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}

function RankName({
  by,
  id,
  name,
  mode,
}: {
  readonly by: Breakdown;
  readonly id: string | null;
  readonly name: string;
  readonly mode: Mode;
}) {
  const filter = { provider: "provider", model: "model", member: "member", virtual_key: "key" }[by];
  if (id === null || id === "") return <span>{name}</span>;
  return (
    <Link
      href={`/requests?mode=${mode}&${filter}=${encodeURIComponent(id)}`}
      prefetch={false}
      className="hover:underline"
    >
      {by === "provider" && isProvider(id) ? PROVIDER_NAMES[id] : name}
    </Link>
  );
}

function Bar({ share, fill }: { readonly share: number; readonly fill: string }) {
  return (
    <svg width="100%" height="8" aria-hidden="true">
      <rect width={`${Math.max(share, 0.5)}%`} height="8" rx="2" fill={fill} />
    </svg>
  );
}

function fillOf(by: Breakdown, id: string | null): string {
  if (by === "provider" && id !== null && isProvider(id)) return `var(--${id}-1)`;
  if (by === "model") return `var(--${providerOfModel(id ?? "") ?? "other"}-1)`;
  return "var(--accent)";
}
