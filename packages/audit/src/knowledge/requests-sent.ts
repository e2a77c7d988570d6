import { opaque, type Value } from "../values/value.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";

/** Packages whose own function sends a request. */
const FUNCTIONS =
  /^(?:axios|node-fetch|node-fetch-commonjs|node-fetch-native|ky|got|undici|cross-fetch|isomorphic-fetch|isomorphic-unfetch|unfetch|make-fetch-happen|minipass-fetch|fetch-retry|needle|request|request-promise|request-promise-native|phin|bent|wretch|superagent|ofetch)$/;
/** Packages whose methods are called like those of HTTP. */
const CLIENTS = /^(?:axios|ky|got|undici|superagent)$/;
const MORE_CLIENTS = /^(?:needle|request|request-promise|request-promise-native|@nestjs\/axios|https?|urllib)$/;
const METHOD = /^(?:get|post|put|patch|delete|request|head)$/;

/** The server sends a request to another, and to which address. */
export function requestSent(call: UnseenCall): Value | undefined {
  const { machine, root, method, names, args, place } = call;
  const from = packageOf(root);
  const name = nameOfRoot(root);
  if (
    names.length === 0 &&
    root.k === "foreign" &&
    (root.name === "fetch" ||
      root.name === "ofetch" ||
      root.name === "$fetch" ||
      root.name === "axios" ||
      ((root.name === "default" || root.name === "*") && FUNCTIONS.test(from)))
  ) {
    machine.record({ kind: "fetch", url: addressOf(args[0]), options: args[1] ?? null, place });
    return { ...call.chain };
  }
  if (CLIENTS.test(from) || (name === "axios" && names.length === 1)) {
    if (METHOD.test(method)) {
      machine.record({ kind: "fetch", url: addressOf(args[0]), options: args.at(-1) ?? null, place });
      return call.chain;
    }
  }
  if (METHOD.test(method) && (MORE_CLIENTS.test(from) || /^HttpService$/.test(name)))
    machine.record({ kind: "fetch", url: addressOf(args[0]), options: args[1] ?? null, place });
  return undefined;
}

/** `axios({ url })`, `http.request({ hostname, path })`: the address is one of the options. */
function addressOf(value: Value | undefined): Value {
  if (value?.k !== "struct") return value ?? opaque("url");
  const found = value.props.get("url") ?? value.props.get("uri");
  if (found !== undefined && !value.props.has("baseURL") && !value.props.has("baseUrl")) return found;
  return value.props.get("hostname") ?? value.props.get("host") ?? value;
}
