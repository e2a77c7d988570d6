/** A session unused for this long ends: an unattended browser is not signed in the next morning. Seconds. */
export const IDLE_LIFE_SECONDS = 12 * 60 * 60;
/** A session ends after this long however much it is used. Seconds. */
export const ABSOLUTE_LIFE_SECONDS = 7 * 24 * 60 * 60;
/** The last use is written at most this often, to spare a write per request; it shortens the idle life by as much. Seconds. */
export const TOUCH_EVERY_SECONDS = 5 * 60;

/** The times of a session's row. `updatedAt` is the last use. */
export interface SessionTimes {
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}

/** When a session ends if it is not used again. */
export function endOf(session: SessionTimes): Date {
  const idleEnd = session.updatedAt.getTime() + IDLE_LIFE_SECONDS * 1000;
  const absoluteEnd = session.createdAt.getTime() + ABSOLUTE_LIFE_SECONDS * 1000;
  return new Date(Math.min(idleEnd, absoluteEnd, session.expiresAt.getTime()));
}

/** Whether a session may still be used at `now`. A row whose times cannot be read is dead. */
export function isLive(session: SessionTimes, now: Date): boolean {
  return now.getTime() < endOf(session).getTime();
}

/** Whether the last use is old enough to be written again. */
export function needsTouch(session: SessionTimes, now: Date): boolean {
  return now.getTime() - session.updatedAt.getTime() >= TOUCH_EVERY_SECONDS * 1000;
}
