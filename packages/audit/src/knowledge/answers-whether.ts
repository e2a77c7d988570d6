import { nameKind, wordsOf } from "./names.ts";

const RIGHTS =
  /auth|access|permi|allow|entitle|feature|admin|owner|member|role|guard|can[A-Z_]|activate|verify|signature|session|token|login|policy|scope|premium|subscri|plan|middleware|proxy|grant|secret|csrf/i;

/** Whether a function may have such a name in a text: part of it stands there. */
export function mayAnswerWhether(text: string): boolean {
  return RIGHTS.test(text) || /beforeHandle|preHandler/.test(text);
}

/** By its name, a function that answers whether somebody may, or lets them pass. */
export function answersWhether(name: string): boolean {
  if (name === "") return false;
  const kind = nameKind(name);
  if (/^(?:canActivate|middleware|proxy|authorized|authorize|authenticate|guard|beforeHandle|preHandler)$/.test(name))
    return true;
  return (
    (kind === "asks" ||
      kind === "asserts" ||
      kind === "guards" ||
      /^(?:is|has|can|may|check|verify|allow|should)$/.test(wordsOf(name)[0] ?? "")) &&
    RIGHTS.test(name)
  );
}
