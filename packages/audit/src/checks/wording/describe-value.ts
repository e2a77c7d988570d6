import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { nameOf } from "./query-words.ts";

/** Whose choice a value is, in words. */
export function describe(value: Value): string {
  for (const one of clientsOf(value)) {
    const where = {
      body: "the body",
      query: "the query",
      params: "the path",
      header: "a header",
      cookie: "a cookie",
      url: "the URL",
      method: "the method",
      arguments: "the arguments",
      file: "an upload",
    }[one.part];
    return one.path === "" ? where : `${one.path} of ${where}`;
  }
  if (value.k === "rows")
    return `${value.path === "" ? "a row" : value.path} of an unconfined row of ${nameOf(value.query)}`;
  return "a value of the request";
}
