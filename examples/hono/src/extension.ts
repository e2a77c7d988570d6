import type { Hono } from "hono";
import type pg from "pg";

/** What an extension may use of Parcels. */
export interface Parts {
  readonly db: pg.Pool;
  /** Where browsers find Parcels. */
  readonly origin: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Adds routes of its own to Parcels, before Parcels' own. */
export type Extension = (app: Hono, parts: Parts) => void;
