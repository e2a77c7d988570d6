import type { Sql } from "@meterr/runtime";
import { TenantRlsError } from "../errors.ts";
import { proveTenantRls } from "./prove-tenant-rls.ts";
import type { ProofOptions } from "./proof.ts";

/** For a test or a deployment: throws TenantRlsError `not_proved` unless everything is; otherwise as `proveTenantRls`. */
export async function assertTenantRls(connection: Sql, options: ProofOptions): Promise<void> {
  const { proved, role, tables } = await proveTenantRls(connection, options);
  if (proved) return;
  const open = tables.flatMap(({ table, probes }) =>
    probes
      .filter(({ answer }) => answer !== "proved")
      .map(({ name, answer, reason }) => `${table}, ${name}: ${answer}, ${reason}`),
  );
  throw new TenantRlsError("not_proved", `As ${role}, tenants are not proved apart. ${open.join("; ")}.`);
}
