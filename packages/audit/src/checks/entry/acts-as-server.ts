import { holdsEnv } from "../../interpret/holds-secret.ts";
import { wordsOf } from "../../knowledge/names.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";

/** What a visitor has no part in, whatever it is done to. */
const COMMANDS =
  /^(?:start|stop|restart|reboot|pause|resume|delete|destroy|remove|terminate|kick|ban|mute|suspend|deploy|redeploy|rollback|purge|shutdown|shut|provision|revoke|transfer|kill|evict|disconnect|detach|scale)$/;
/** A list that people put themselves on and off; what the client itself keeps. */
const OF_ONESELF =
  /contact|subscri|audience|newsletter|listener|handler|middleware|plugin|header|session|timer|interval|server|span|trace|transaction|polling|worker/i;

/**
 * `new RoomServiceClient(host, KEY, SECRET).deleteRoom(name)`: another service is told to do something in the server's
 * own name, by the key that was set for it.
 */
export function actsAsServer({ name, args, result, path }: Extract<Operation, { kind: "call" }>): boolean {
  if (args.length === 0 || result.k !== "chain" || result.root.k !== "foreign") return false;
  const [first, ...rest] = wordsOf(name);
  if (!COMMANDS.test(first ?? "") || OF_ONESELF.test(`${path}.${name}`)) return false;
  // `server.start(options)`: of what is a bare verb said? The receiver tells, where it is a thing of its own.
  if (rest.length === 0 && path.split(".").length < 3) return false;
  const made = result.steps.find((step) => step.kind !== "member");
  return made !== undefined && made.args.some((arg) => holdsKey(arg));
}

function holdsKey(value: Value): boolean {
  if (value.k === "struct") return [...value.props].some(([name, one]) => KEY.test(name) && holdsEnv(one));
  if (value.k === "choice") return value.alternatives.some((one) => holdsKey(one.value));
  return value.k === "env" && KEY.test(value.name);
}
const KEY = /key|secret|token|password|credential/i;
