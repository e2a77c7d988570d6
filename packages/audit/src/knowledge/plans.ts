import { wordsOf } from "./names.ts";

const PAID_FOR =
  /^(?:plans?|features?|entitle(?:d|s|ment|ments)?|quotas?|subscri(?:bed|ption|ptions|ber)|premium|upgrade[ds]?|seats|tiers?|allowance|paid|trial|billing|licen[cs]e[ds]?|addons?|credits?)$/;
const READS = /^(?:get|fetch|load|list|find|read|use|create|update|set|delete|show|format|to|on|handle|build|make)$/;

/** `hasFeature`, `planAllows`, `assertWithinQuota`: asks what somebody has paid for, by its name. */
export function asksOfPlan(name: string): boolean {
  const words = wordsOf(name);
  return !READS.test(words[0] ?? "") && words.some((word) => PAID_FOR.test(word));
}
