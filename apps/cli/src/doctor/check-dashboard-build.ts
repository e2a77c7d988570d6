import { existsSync } from "node:fs";
import { join } from "node:path";
import { dashboardBuild } from "../up/build-dashboard.ts";
import { ok, skipped, warning, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** The dashboard was built from the sources that stand here. */
export async function checkDashboardBuild({ surroundings, supervisor }: Patient): Promise<Finding> {
  const root = surroundings.checkout;
  if (!existsSync(join(root, "apps/dashboard/scripts/build.ts"))) return skipped("build", "there is nothing to build");
  const { needed } = await dashboardBuild(root);
  if (!needed) return ok("build", "the dashboard is built from these sources");
  if (supervisor === undefined) return ok("build", "the dashboard will be built at the next start (about 30 s)");
  return warning(
    "build",
    "the dashboard that runs was built from other sources",
    "Restart Meterr: it builds the dashboard first.",
  );
}
