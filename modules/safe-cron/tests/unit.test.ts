import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import { createSafeCron, dueTimes, type MissedRuns, type Schedule } from "../src/index.ts";
import { chooseRun } from "../src/schedule/choose-run.ts";

const job = Object.assign(() => Promise.reject(new Error("never")), { definition: null as never });
const schedule = (change: Partial<Schedule> = {}): Schedule => ({
  name: "nightly",
  pattern: "30 2 * * *",
  timeZone: "Europe/Berlin",
  missed: "skip",
  job,
  ...change,
});
const at = (text: string): Date => new Date(`2026-${text}:00Z`);
const texts = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(5, 16));
const following = (change: Partial<Schedule>, from: Date, count: number): Date[] => {
  const { next } = dueTimes(schedule(change));
  const found: Date[] = [];
  for (let now = from; found.length < count; now = found.at(-1) ?? now) found.push(next(now));
  return found;
};

// The clocks of Berlin go from 02:00 to 03:00 on 29 March 2026 at 01:00 UTC, and from 03:00 to 02:00 on 25 October.
const CHANGES: readonly [string, Partial<Schedule>, Date, readonly string[]][] = [
  [
    "a time of day that is skipped runs once, when the clocks have gone forward",
    {},
    at("03-28T12:00"),
    ["03-29T01:00", "03-30T00:30", "03-31T00:30"],
  ],
  ["a time of day that comes twice runs once, the first time", {}, at("10-24T12:00"), ["10-25T00:30", "10-26T01:30"]],
  [
    "a time of day before the change keeps its local hour",
    { pattern: "0 9 * * *" },
    at("03-28T00:00"),
    ["03-28T08:00", "03-29T07:00"],
  ],
  [
    "every half hour runs by elapsed time when an hour is skipped",
    { pattern: "*/30 * * * *" },
    at("03-29T00:00"),
    ["03-29T00:30", "03-29T01:00", "03-29T01:30"],
  ],
  [
    "every half hour runs by elapsed time when an hour comes twice",
    { pattern: "*/30 * * * *" },
    at("10-25T00:00"),
    ["10-25T00:30", "10-25T01:00", "10-25T01:30", "10-25T02:00"],
  ],
  ["UTC has no such days", { timeZone: "UTC" }, at("03-28T12:00"), ["03-29T02:30", "03-30T02:30"]],
  [
    "another country changes on another day",
    { timeZone: "America/New_York" },
    at("03-07T12:00"),
    ["03-08T07:00", "03-09T06:30"],
  ],
  [
    "a change of half an hour is one too",
    { timeZone: "Australia/Lord_Howe", pattern: "15 2 * * *" },
    at("10-02T20:00"),
    ["10-03T15:30", "10-04T15:15"],
  ],
  [
    "a zone a quarter of an hour off keeps its minutes",
    { timeZone: "Asia/Kathmandu", pattern: "0 0 * * *" },
    at("01-01T00:00"),
    ["01-01T18:15"],
  ],
  [
    "the last day of a month is where the zone has it",
    { timeZone: "Pacific/Auckland", pattern: "0 0 L * *" },
    at("01-30T00:00"),
    ["01-30T11:00", "02-27T11:00"],
  ],
];
for (const [what, change, from, expected] of CHANGES) {
  test(what, () => {
    assert.deepEqual(texts(following(change, from, expected.length)), expected);
  });
}

test("looking back finds exactly what looking forward would have, through every change of the clocks", () => {
  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
    "America/Santiago",
  ];
  const patterns = [
    "30 2 * * *",
    "0 0 * * *",
    "*/20 * * * *",
    "15 1-3 * * *",
    "0 */5 * * *",
    "0 3 * * 7",
    "59 23 28-31 * *",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...patterns),
      fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 11) }),
      (timeZone, pattern, time) => {
        const { latest, next } = dueTimes(schedule({ timeZone, pattern }));
        const found = latest(new Date(time), 4);
        assert.equal(found.length, 4);
        for (const [index, instant] of found.entries()) {
          const before = found[index - 1];
          if (before !== undefined) assert.equal(next(before).getTime(), instant.getTime(), `${pattern} ${timeZone}`);
        }
        const last = found.at(-1);
        assert.ok(last !== undefined && last.getTime() <= time && next(last).getTime() > time);
      },
    ),
    { numRuns: 300 },
  );
});

test("an instant is due from its very second on, and not before", () => {
  const { latest } = dueTimes(schedule({ pattern: "0 12 * * *", timeZone: "UTC" }));
  const noon = at("06-01T12:00");
  for (const [later, expected] of [
    [0, "06-01T12:00"],
    [1, "06-01T12:00"],
    [999, "06-01T12:00"],
    [-1, "05-31T12:00"],
    [-999, "05-31T12:00"],
  ] as const) {
    assert.deepEqual(texts(latest(new Date(noon.getTime() + later), 1)), [expected]);
  }
});

// Hourly, kept up to 08:00 and looked at again at `now`.
const POLICIES: readonly [string, MissedRuns, string, string][] = [
  ["skip, nothing due", "skip", "08:59", "nothing"],
  ["skip, on time", "skip", "09:00", "run 09:00"],
  ["skip, late within the grace", "skip", "09:01", "run 09:00"],
  ["skip, one missed", "skip", "09:02", "leave out 09:00"],
  ["skip, several missed and one on time", "skip", "12:00", "run 12:00 and leave out"],
  ["skip, several missed", "skip", "12:30", "leave out 12:00"],
  ["once, several missed", "once", "12:30", "run 12:00 and leave out"],
  ["once, one missed", "once", "09:30", "run 09:00"],
  ["each, fewer missed than may be made up for", { each: 9 }, "12:30", "run 09:00"],
  ["each, as many", { each: 4 }, "12:30", "run 09:00"],
  ["each, more", { each: 2 }, "12:30", "run 11:00 and leave out"],
  ["the clock set back", "once", "07:00", "nothing"],
];
for (const [what, missed, now, expected] of POLICIES) {
  test(`missed runs: ${what}`, () => {
    const due = dueTimes(schedule({ pattern: "0 * * * *", timeZone: "UTC" }));
    const choice = chooseRun(due, { missed, graceSeconds: 60 }, at("06-01T08:00"), at(`06-01T${now}`));
    const said = {
      nothing: () => "nothing",
      run: () =>
        choice.kind === "run" &&
        `run ${choice.at.toISOString().slice(11, 16)}${choice.leftOut ? " and leave out" : ""}`,
      "leave out": () => choice.kind === "leave out" && `leave out ${choice.upTo.toISOString().slice(11, 16)}`,
    }[choice.kind]();
    assert.equal(said, expected);
  });
}

test("a year of missed minutes is bounded by the policy, not by the year", () => {
  const due = dueTimes(schedule({ pattern: "* * * * *", timeZone: "UTC" }));
  const choice = chooseRun(due, { missed: { each: 100 }, graceSeconds: 0 }, new Date(0), at("06-01T00:00"));
  assert.deepEqual(choice, { kind: "run", at: at("05-31T22:21"), leftOut: true });
});

const INVALID: readonly [string, Partial<Schedule>][] = [
  ["a name with SQL in it", { name: "x'; drop table y" }],
  ["no name", { name: "" }],
  ["a pattern of six parts, which runs every second", { pattern: "* * * * * *" }],
  ["a pattern out of range", { pattern: "61 * * * *" }],
  ["a pattern that never comes due", { pattern: "0 0 30 2 *" }],
  ["words for a pattern", { pattern: "every day" }],
  ["an instant for a pattern", { pattern: "2030-01-01T00:00:00" }],
  ["an unknown time zone", { timeZone: "Mars/Base" }],
  ["no time zone", { timeZone: "" }],
  ["an endless policy", { missed: { each: Number.POSITIVE_INFINITY } }],
  ["a policy of nothing", { missed: { each: 0 } }],
  ["an unknown policy", { missed: "all" as "once" }],
  ["a negative grace", { graceSeconds: -1 }],
];
for (const [what, change] of INVALID) {
  test(`a schedule with ${what} is refused at construction`, () => {
    assert.throws(() => dueTimes(schedule(change)), { code: "schedule_invalid" });
  });
}

test("two schedules of one name are refused, and a module made starts nothing", () => {
  const parts = {
    host: { now: () => new Date(), report: () => undefined },
    transaction: () => Promise.reject(new Error("asked")),
  };
  assert.throws(() => createSafeCron({ ...parts, schedules: [schedule(), schedule()] }), { code: "schedule_invalid" });
  const { module } = createSafeCron({ ...parts, schedules: [schedule()] });
  assert.deepEqual([module.unproved, module.manifest.required_env], [[], []]);
});

test("it imports the runtime and croner alone, reads no environment and says nothing on a console", async () => {
  const folder = new URL("../src/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  assert.ok(files.length > 5);
  for (const file of files) {
    const text = await readFile(new URL(file, folder), "utf8");
    for (const [, from = ""] of text.matchAll(/from "([^"]+)"/g)) {
      assert.ok(from.startsWith(".") || from === "@meterr/runtime" || from === "croner", `${file} imports ${from}`);
    }
    assert.equal(/process\.env|console\./.test(text), false, file);
  }
});
