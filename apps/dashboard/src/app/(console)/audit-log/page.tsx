import type { Metadata } from "next";
import type { AuditEntry, Page } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import { auditPath, type AuditParams } from "./audit-path.ts";
import { AuditTable } from "./audit-table.tsx";
import { Verify } from "./verify.tsx";

export const metadata: Metadata = { title: "Audit log" };

export default async function AuditLogPage({ searchParams }: { readonly searchParams: Promise<AuditParams> }) {
  const params = await searchParams;
  const path = auditPath(params);
  const entries = await ask<Page<AuditEntry>>(path);
  return (
    <>
      <PageHead
        title="Audit log"
        lead="Who did what. Each entry is chained to the one before, and the head is signed outside the database."
      />
      {entries.ok ? (
        <div className="grid gap-4">
          <Verify />
          <AuditFilters params={params} />
          <AuditTable key={path} first={entries.data} path={path} />
        </div>
      ) : (
        <PageProblem problem={entries.problem} />
      )}
    </>
  );
}
