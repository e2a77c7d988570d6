/** What a module can be, each with its scaffold. */
export const MODULE_TYPES = {
  route: "an HTTP route behind every gate",
  job: "work for one tenant after the other, without a request",
  data: "tables under row-level security",
  ui: "a React Server Component of a tenant's data",
  integration: "calls to a provider's API",
} as const;

export type ModuleType = keyof typeof MODULE_TYPES;

/** Every name a template may use. */
export interface ModuleNames {
  readonly slug: string;
  /** "Invoice export". */
  readonly title: string;
  /** "InvoiceExport". */
  readonly pascal: string;
  /** "invoice_export". */
  readonly snake: string;
  /** "INVOICE_EXPORT". */
  readonly env: string;
  /** "invoice_export_items": the suffix keeps it apart from SQL's own words. */
  readonly table: string;
}

export function namesOf(slug: string): ModuleNames {
  const words = slug.split("-");
  const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
  const snake = words.join("_");
  return {
    slug,
    title: capital(words.join(" ")),
    pascal: words.map(capital).join(""),
    snake,
    env: snake.toUpperCase(),
    table: `${snake}_items`,
  };
}
