import { request } from "node:http";
import { ok, problem, skipped, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** Milliseconds for an answer over a socket of this machine. */
const patience = 3_000;

/** The key service answers: without it no provider secret can be sealed or opened. */
export async function checkKeyService({ paths, supervisor }: Patient): Promise<Finding> {
  if (supervisor === undefined) return skipped("key service", "Meterr does not run");
  const answered = await new Promise<string>((resolve) => {
    request({ socketPath: paths.keyServiceSocket, path: "/healthz", timeout: patience }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? "ok" : `answers ${response.statusCode}`);
    })
      .on("timeout", () => resolve("does not answer"))
      .on("error", (error: NodeJS.ErrnoException) => resolve(`cannot be reached (${error.code ?? "unknown"})`))
      .end();
  });
  if (answered === "ok") return ok("key service", "answers");
  return problem(
    "key service",
    `the key service ${answered}`,
    `It is part of the gateway: read ${paths.logs}/gateway.log`,
  );
}
