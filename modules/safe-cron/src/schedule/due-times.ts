import { Cron } from "croner";
import { SafeCronError } from "../errors.ts";
import type { Schedule } from "./schedule.ts";

/** The instants a schedule is due at. Pure: it starts no timer and reads no clock. */
export interface DueTimes {
  /** The latest instants not after `now`, newest last, `count` at most. */
  latest(now: Date, count: number): Date[];
  /** The first instant after `now`. */
  next(now: Date): Date;
}

const NAME = /^[a-z][a-z0-9_.-]{0,63}$/;
const MOST_EACH = 100;

/**
 * Reads a schedule. In a time zone with daylight saving a time of day runs once a day: one that is skipped runs when
 * the clocks have gone forward, one that comes twice runs the first time. A pattern with a wildcard hour or minute
 * runs by elapsed time. Throws SafeCronError `schedule_invalid`.
 */
export function dueTimes(schedule: Omit<Schedule, "job">): DueTimes {
  const { name, pattern, timeZone, missed, graceSeconds = 60 } = schedule;
  const refuse = (why: string): never => {
    throw new SafeCronError("schedule_invalid", `The schedule ${NAME.test(name) ? name : "(unnamed)"}: ${why}.`);
  };
  if (!NAME.test(name)) refuse("a name is 1 to 64 lower-case letters, digits, dots, hyphens or underscores");
  if (missed !== "skip" && missed !== "once") {
    const each = typeof missed === "object" && missed !== null ? missed.each : Number.NaN;
    if (!Number.isInteger(each) || each < 1 || each > MOST_EACH)
      refuse(`missed is skip, once, or each 1 to ${MOST_EACH}`);
  }
  if (!Number.isFinite(graceSeconds) || graceSeconds < 0) refuse("graceSeconds is a number of seconds, 0 or more");
  if (!isTimeZone(timeZone)) refuse("timeZone is no IANA time zone");
  // croner takes an instant for a pattern too, and then runs once.
  if (!/^(?:@[a-z]+|[^\s:]+(?:\s+[^\s:]+){4})$/i.test(pattern.trim())) refuse("the pattern is not five parts of cron");
  let cron: Cron | null = null;
  try {
    // Paused and without a function, it is a calculator: no timer of croner's own ever runs.
    cron = new Cron(pattern, { timezone: timeZone, mode: "5-part", paused: true });
  } catch {
    refuse("the pattern is not five parts of cron");
  }
  if (cron === null || cron.nextRun(new Date(0)) === null) return refuse("the pattern never comes due");
  const calculator = cron;
  return {
    latest(now, count) {
      // croner answers instants before the one it is given; due now is due. It counts in whole seconds.
      const after = new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000);
      return calculator.previousRuns(count, after).toReversed();
    },
    next(now) {
      return calculator.nextRun(now) ?? refuse("the pattern never comes due again");
    },
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
