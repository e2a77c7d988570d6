import type { UnseenCall } from "./call.ts";

/** `const { teamId, userId } = callerOf(req)`: answered at once and taken apart, where nobody would be an error. */
export function noteTakenApart({ machine, place, root, method }: UnseenCall): void {
  if (root.k !== "foreign" || root.origin !== "missing") return;
  const { file, node } = place;
  const before = machine.project.file(file)?.text.slice(Math.max(0, node.start - 120), node.start) ?? "";
  if (TAKEN_APART.test(before))
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${method} is taken to answer with who was let in before`,
    });
}
const TAKEN_APART = /\b(?:const|let)\s*\{[^{}=]*(?:Id|_id)\b[^{}=]*\}\s*=\s*$/;
