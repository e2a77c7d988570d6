import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { says } from "../../source/says.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";

/** `comment.author.equals(req.user._id)`: a field of the caller's is read, and nobody has looked whether there is one. */
const READS = /\b(?:req|request)\.(?:user|account|member|session\.user)\.\w/;
/** `if (!req.user)`, `req.user?.id`: they are asked for here. */
const LOOKS =
  /!\s*(?:req|request)\.(?:user|account|member|session)|\b(?:req|request)\.(?:user|account|member|session)(?:\.user)?\s*(?:\?\.|&&|[!=]==?|\))/;

/**
 * A file of handlers whose routes stand elsewhere: that the others read who is calling without a look says that whoever
 * mounts them has asked. What one of them then forgets is whose the row is.
 */
export function takesCallerForGranted({ entry, project }: Judged): boolean {
  if (entry.kind !== "handler" || entry.framework !== "express") return false;
  const file: ProjectFile | null = project.file(entry.file);
  return file !== null && ((says(file, READS) && !says(file, LOOKS)) || isSaidToBeKnown(file, entry.node));
}

/** `(req: AuthRequest, res)`, `(req: Request & { user: User }, res)`: whoever mounts it has asked, by what it is handed. */
function isSaidToBeKnown({ text }: ProjectFile, node: Node): boolean {
  const [said] = KNOWN_BY_TYPE.exec(text.slice(node.start, Math.min(node.end, node.start + 400))) ?? [];
  return said !== undefined && !MAYBE_NOBODY.test(said.slice(said.lastIndexOf("(")));
}
/** `OptionalAuthRequest`, `OAuthRequest`, `NoAuthRequest`: there need not be anybody. */
const MAYBE_NOBODY =
  /optional|maybe|possibl|nullable|partial|anonym|guest|public|o_?auth|\bno_?auth|un_?auth|pre_?auth|without/i;
const KNOWN_BY_TYPE =
  /^[^()]{0,120}\(\s*\w+\s*:\s*(?:(?:\w+\.)?(?:\w*(?:Auth(?!or[^i])|LoggedIn|SignedIn|Protected)\w*Req(?:uest)?|(?:User|Member|Session)Req(?:uest)?|Req(?:uest)?With(?:Auth|User|Session|Member|Account|Org|Tenant)\w*)\b|(?:\w+\.)?Req(?:uest)?\b[^,()]{0,80}&\s*\{\s*(?:user|auth|session|account)\s*:)/;

/** A method of a class that a router elsewhere mounts, guards and all: none of its file looks whether there is a caller. */
export function isGuardedWhereMounted({ entry: { kind, node, file }, project }: Judged): boolean {
  if (kind !== "handler" || (node.type !== "MethodDefinition" && node.type !== "PropertyDefinition")) return false;
  const text = project.file(file);
  return text !== null && !says(text, REFUSES);
}
const REFUSES =
  /(?:!\s*|\bif\s*\(\s*)(?:req|request)\??\.(?:user|account|member|session|auth)\w*(?:\?\.\w+)?\s*(?:\)|\|\||&&)/;

/** It takes away or changes a row, which is for somebody in particular to do. */
export function changesRow(one: Operation): boolean {
  return one.kind === "query" && (one.query.verb === "update" || one.query.verb === "delete");
}
