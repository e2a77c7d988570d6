import type { Value } from "../values/value.ts";
import type { Model, UnseenCall } from "./call.ts";
import { assertions } from "./assertions.ts";
import { brands } from "./brands.ts";
import { containers } from "./containers.ts";
import { configuration } from "./configuration.ts";
import { collections } from "./collections.ts";
import { cryptography } from "./cryptography.ts";
import { databases } from "./databases/building.ts";
import { effects } from "./effects/effects.ts";
import { files } from "./files.ts";
import { identity } from "./identity.ts";
import { platform } from "./platform.ts";
import { predicates } from "./predicates.ts";
import { procedures } from "./procedures.ts";
import { requests } from "./requests.ts";
import { responses } from "./responses.ts";
import { sinks } from "./sinks.ts";
import { strings } from "./strings.ts";
import { takenOver } from "./taken-over.ts";
import { unseen } from "./unseen.ts";
import { validation } from "./validation.ts";
import { webhooks } from "./webhooks.ts";

/** Asked in this order; the first that knows the call answers. */
const MODELS: readonly Model[] = [
  platform,
  containers,
  configuration,
  brands,
  effects,
  requests,
  collections,
  strings,
  files,
  responses,
  takenOver,
  identity,
  webhooks,
  cryptography,
  predicates,
  validation,
  assertions,
  sinks,
  procedures,
  databases,
];

/** What a call of unseen code answers, as far as anything is known of it. */
export function modelled(call: UnseenCall): Value {
  // By index: until it is compiled, an iterator makes an object for each turn.
  for (let at = 0; at < MODELS.length; at += 1) {
    const answer = MODELS[at]?.(call);
    if (answer !== undefined) return answer;
  }
  return unseen(call);
}
