export { createBudgets } from "./create-budgets.ts";
export type { BudgetsOptions } from "./create-budgets.ts";
