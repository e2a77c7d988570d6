import { nameKind } from "../../knowledge/names.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";

/** `(await storage.metadata(id)).owner`, which the sender then has to know. */
export function isLookUpOfSecret(operation: Operation, operations: readonly Operation[]): boolean {
  if (operation.kind !== "call" || nameKind(operation.name) === "writes") return false;
  return operations.some(({ facts }) => facts.has("kept-secret"));
}

/** `verify(token, (await getSettings()).jwtKey)`: asked for the server's own key alone, before anybody can be known. */
export function isKeyOfTokens(operation: Operation, operations: readonly Operation[]): boolean {
  if (operation.kind !== "call" || operation.args.length > 0) return false;
  const key = keyOf(operation.result);
  return operations.some(
    (one) =>
      one.kind === "call" && one.name === "verify-token" && one.args.slice(1).some((arg) => keyOf(arg).startsWith(key)),
  );
}
