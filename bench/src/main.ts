import { auditBench } from "./audit.ts";
import { gatewayBench } from "./gateway.ts";
import { runtimeBench } from "./runtime.ts";

const benches: Record<string, (args: readonly string[]) => Promise<void>> = {
  audit: auditBench,
  gateway: gatewayBench,
  runtime: runtimeBench,
};

const [name, ...args] = process.argv.slice(2);
const bench = name !== undefined && Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join("|")}\n`);
  process.exit(2);
}
await bench(args);
