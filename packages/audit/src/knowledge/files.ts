import type { Value } from "../values/value.ts";
import { clientsOf } from "../values/trust.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";

const METHOD =
  /^(?:readFile|readFileSync|createReadStream|createWriteStream|writeFile|writeFileSync|appendFile|appendFileSync|unlink|unlinkSync|rm|rmSync|rmdir|rmdirSync|remove|removeSync|open|openSync|copyFile|copyFileSync|rename|renameSync|move|readJson|readJsonSync|writeJson|outputFile|readTextFile|writeTextFile)$/;

/** Files of the server that are read, written or sent, and by what path. */
export function files(call: UnseenCall): Value | undefined {
  const { machine, root, names, method, args, place, receiver } = call;
  const [path, second] = args;
  if (path === undefined) return undefined;
  const from = packageOf(root);
  const name = nameOfRoot(root);
  const ofServer =
    (METHOD.test(method) &&
      (/^(?:fs|fs-extra|graceful-fs|fs\/promises)$/.test(from) || (name === "Deno" && names.length === 1))) ||
    (name === "Bun" && method === "file") ||
    // A root that is given holds whatever path it is.
    (receiver?.k === "response-writer" && /^(?:sendFile|download)$/.test(method) && !hasRoot(args));
  const folder = receiver?.k === "response-writer" || SENDS.test(from) ? rootIn(args) : null;
  // `sendFile(file, { root: join(folder, params.name) })`: the root itself is what the client makes of it.
  if (folder !== null && clientsOf(folder).length > 0)
    machine.record({ kind: "file", name: method, path: folder, place });
  if (!ofServer) return undefined;
  machine.record({ kind: "file", name: method, path, place });
  if (/^(?:copyFile|copyFileSync|rename|renameSync|move)$/.test(method) && second !== undefined)
    machine.record({ kind: "file", name: method, path: second, place });
  return undefined;
}

/** Libraries that send a file below a root. */
const SENDS = /^(?:send|koa-send|serve-static|@koa\/send)$/;

function hasRoot(args: readonly Value[]): boolean {
  return rootIn(args) !== null;
}

function rootIn(args: readonly Value[]): Value | null {
  for (const arg of args) {
    const root = arg.k === "struct" ? arg.props.get("root") : undefined;
    if (root !== undefined) return root;
  }
  return null;
}
