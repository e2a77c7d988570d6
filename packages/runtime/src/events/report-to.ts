import type { Failure, RuntimeHost } from "../host.ts";
import { quietly } from "./quietly.ts";

/** Tells the host of a failure, quietly. */
export function reportTo(host: Pick<RuntimeHost, "report">, failure: Failure): void {
  quietly(() => host.report(failure));
}
