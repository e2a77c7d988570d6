// Next.js: redirect, notFound, and the ways it leaves a static rendering that turned out to need the request.
const DIGEST = /^(?:NEXT_|DYNAMIC_SERVER_USAGE$|HANGING_PROMISE_REJECTION$|BAILOUT_TO_CLIENT_SIDE_RENDERING$)/;

/** True for what a framework throws to say something to itself. Shown as a failure, it would be built into static pages. */
export function isFrameworkSignal(thrown: unknown): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  if ("$$typeof" in thrown && thrown.$$typeof === Symbol.for("react.postpone")) return true;
  return "digest" in thrown && typeof thrown.digest === "string" && DIGEST.test(thrown.digest);
}
