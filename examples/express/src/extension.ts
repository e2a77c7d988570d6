import type { Express } from "express";
import type pg from "pg";

/** What an extension may use of Desk. */
export interface Parts {
  readonly db: pg.Pool;
  /** Where browsers find Desk, such as `https://desk.example`. */
  readonly origin: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Adds routes of its own to Desk, before Desk's body parser. */
export type Extension = (app: Express, parts: Parts) => void;
