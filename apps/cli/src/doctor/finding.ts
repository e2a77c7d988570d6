/** What one check found. */
export interface Finding {
  check: string;
  status: "ok" | "problem" | "skipped";
  detail: string;
  /** How to mend it; null unless it is a problem. */
  mend: string | null;
}

export const ok = (check: string, detail: string): Finding => ({ check, status: "ok", detail, mend: null });
export const skipped = (check: string, detail: string): Finding => ({ check, status: "skipped", detail, mend: null });
export const problem = (check: string, detail: string, mend: string): Finding => ({
  check,
  status: "problem",
  detail,
  mend,
});
