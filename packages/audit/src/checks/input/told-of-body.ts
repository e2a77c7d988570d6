import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import type { Value } from "../../values/value.ts";

/** `this.contextService.update(body)`: a service that the class was handed. */
export function isOfCollaborator({ origin, path }: Extract<Operation, { kind: "call" }>): boolean {
  return origin === "opaque" && /(?:^|\.)\w*(?:Service|UseCase|Interactor)s?\.\w+$/.test(path);
}

/** `{ name, settings: JSON.stringify(settings) }`: one field went through a schema, and the other is of any shape in it. */
export function isPartlyChecked(value: Value): boolean {
  return holds(value, (inner) => inner.k === "client" && inner.part === "body" && inner.checked);
}
