import { audit, favourShortRun, NO_CONFIGURATION } from "@meterr/audit";

/** What one audit took; its process measures itself, so that the memory is of this audit alone. */
export interface Measured {
  readonly files: number;
  readonly entryPoints: number;
  readonly findings: number;
  readonly diagnostics: number;
  readonly cached: boolean;
  /** Milliseconds of CPU, user and system, all threads. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly wall: number;
  /** Peak resident memory of the whole process, MiB. */
  readonly peak: number;
}

const [root = "", cacheFolder = ""] = process.argv.slice(2);
const started = performance.now();
const before = process.cpuUsage();
favourShortRun(); // as the command does
const result = audit({
  root,
  configuration: NO_CONFIGURATION,
  only: null,
  cacheFolder,
  progress: null,
  now: () => performance.now(),
});
const { user, system } = process.cpuUsage(before);
const measured: Measured = {
  files: result.files,
  entryPoints: result.entryPoints.length,
  findings: result.findings.length,
  diagnostics: result.diagnostics.length,
  cached: result.cached,
  cpu: (user + system) / 1000,
  wall: performance.now() - started,
  peak: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(measured));
