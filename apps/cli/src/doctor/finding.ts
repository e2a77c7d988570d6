/** What one check found. */
export interface Finding {
  check: string;
  /** `warning`: nothing is broken, yet somebody should know; it does not change the exit code. */
  status: "ok" | "warning" | "problem" | "skipped";
  detail: string;
  /** How to mend it; null unless it is a problem or a warning. */
  mend: string | null;
}

export const ok = (check: string, detail: string): Finding => ({ check, status: "ok", detail, mend: null });
export const skipped = (check: string, detail: string): Finding => ({ check, status: "skipped", detail, mend: null });
export const warning = (check: string, detail: string, mend: string): Finding => ({
  check,
  status: "warning",
  detail,
  mend,
});
export const problem = (check: string, detail: string, mend: string): Finding => ({
  check,
  status: "problem",
  detail,
  mend,
});
