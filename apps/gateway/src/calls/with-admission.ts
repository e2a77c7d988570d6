import { admitCall, type Admitted, type AdmissionRequest } from "./admit-call.ts";
import type { CallDeps } from "./call-deps.ts";
import type { RunningCall } from "./running-calls.ts";

/**
 * The one way to dispatch: runs `dispatch` once the admission is committed, unless the call was revoked or given up
 * meanwhile. Whatever throws before the dispatch leaves the call neither running nor reserved. Throws Refusal.
 */
export async function withAdmission(
  request: AdmissionRequest,
  deps: CallDeps,
  dispatch: (admitted: Admitted, running: RunningCall) => void,
): Promise<void> {
  const { id, key, route } = request;
  const running = deps.running.enter({
    id,
    orgId: key.orgId,
    virtualKeyId: key.id,
    memberId: key.memberId,
    providerSecretId: route.providerSecretId,
  });
  let admitted: Admitted | null = null;
  try {
    admitted = await admitCall(request, deps);
    running.assertWanted();
    dispatch(admitted, running);
  } catch (error) {
    if (admitted !== null) deps.settlements.release(key.orgId, id);
    deps.running.leave(running);
    throw error;
  }
}
