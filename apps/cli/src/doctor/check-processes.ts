import { isHealthy } from "../supervisor/await-healthy.ts";
import { listenFailure, listeners } from "../up/check-ports.ts";
import { ok, problem, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** While Meterr runs: every process answers. Otherwise: its ports are free. */
export function checkProcesses({ settings, supervisor, paths }: Patient): Promise<Finding[]> {
  return Promise.all(
    listeners(settings).map(async ({ name, host, port, variable }) => {
      if (supervisor === undefined) {
        const failure = await listenFailure(host, port);
        if (failure === undefined) return ok(name, `port ${port} is free`);
        return problem(
          name,
          `port ${port} cannot be used (${failure})`,
          `Stop what listens there, or set ${variable} to another port.`,
        );
      }
      const certFile = name === "sandbox" ? null : (settings.tls?.certFile ?? null);
      if (await isHealthy({ host, port, certFile })) return ok(name, `answers on port ${port}`);
      return problem(name, `does not answer on port ${port}`, `Read ${paths.logs}/${name}.log`);
    }),
  );
}
