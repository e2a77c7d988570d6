import { askDatabase } from "../database.ts";
import type { Machine } from "../machine.ts";
import { callsOfKeys } from "../sandbox-calls.ts";

/** What the provider's own ledger and Meterr's say of each other. */
export interface LedgerVerdict {
  /** Calls the provider received. */
  received: number;
  /** Terminal rows in Meterr's ledger, by outcome. */
  outcomes: Record<string, number>;
  /** Admissions still open. */
  open: number;
  /** Everything that is wrong, in words; empty when the two agree. */
  faults: string[];
}

interface EventRow {
  id: string;
  outcome: string;
  usage_source: string;
  status: number | null;
  input: string;
  output: string;
}

interface BudgetRow {
  id: string;
  limit_nanousd: string;
  spent_nanousd: string;
  reserved_nanousd: string;
  events_nanousd: string;
}

const EVENTS = `select id::text, outcome, usage_source, status, (input + cache_read)::text as input,
  (output + reasoning)::text as output from meterr.events where source = 'gateway'`;

const BUDGETS = `select b.id::text, b.limit_nanousd::text, b.spent_nanousd::text, b.reserved_nanousd::text,
    coalesce((select sum(e.cost_nanousd) from meterr.events e
      where e.org_id = b.org_id and e.virtual_key_id = b.scope_id and e.source = 'gateway'), 0)::text as events_nanousd
  from meterr.budgets b where b.scope = 'virtual_key'`;

/**
 * Holds Meterr's ledger against the provider's, at rest (no call is running): every call the provider saw has exactly
 * one terminal row, nothing is left open or reserved, what was spent is the sum of the rows and within the limit.
 */
export async function judgeLedger(machine: Machine): Promise<LedgerVerdict> {
  const [open] = await askDatabase<{ count: number }>(
    machine,
    "select count(*)::integer as count from meterr.admissions",
  );
  const events = Map.groupBy(await askDatabase<EventRow>(machine, EVENTS), (row) => row.id);
  const budgets = await askDatabase<BudgetRow>(machine, BUDGETS);
  const received = await callsOfKeys(machine);
  const faults: string[] = [];

  for (const [id, calls] of Map.groupBy(received, (call) => call.client_request_id ?? "")) {
    const [call] = calls;
    if (calls.length !== 1) faults.push(`call ${id} was sent to the provider ${calls.length} times`);
    const rows = events.get(id) ?? [];
    const [row] = rows;
    if (rows.length !== 1 || row === undefined) {
      faults.push(`call ${id} has ${rows.length} terminal rows`);
      continue;
    }
    if (row.outcome === "released") faults.push(`call ${id} reached the provider and was released as if it had not`);
    if (row.usage_source !== "provider") continue;
    // Reported by the provider: then it is what the provider wrote down for itself.
    const billed = call?.usage ?? null;
    if (billed === null || Number(row.input) !== billed.input || Number(row.output) !== billed.output) {
      faults.push(`call ${id} was recorded with other tokens than the provider counted`);
    }
  }
  for (const [id, rows] of events) if (rows.length !== 1) faults.push(`event ${id} stands ${rows.length} times`);
  for (const budget of budgets) {
    if (budget.reserved_nanousd !== "0") faults.push(`budget ${budget.id} still reserves ${budget.reserved_nanousd}`);
    if (budget.spent_nanousd !== budget.events_nanousd)
      faults.push(`budget ${budget.id} says ${budget.spent_nanousd} was spent, its events ${budget.events_nanousd}`);
    if (BigInt(budget.spent_nanousd) > BigInt(budget.limit_nanousd)) faults.push(`budget ${budget.id} is overspent`);
  }
  const outcomes: Record<string, number> = {};
  for (const [row] of events.values()) {
    if (row !== undefined) outcomes[row.outcome] = (outcomes[row.outcome] ?? 0) + 1;
  }
  if (open?.count !== 0) faults.push(`${open?.count ?? "?"} admissions are still open`);
  return { received: received.length, outcomes, open: open?.count ?? -1, faults };
}
