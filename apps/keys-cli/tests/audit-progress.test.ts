import assert from "node:assert/strict";
import { test } from "node:test";
import { progress } from "../src/audit/progress.ts";

function watched(
  isTTY: boolean,
  env: Record<string, string> = {},
): { lines: string[]; tell: (at: number, done: number) => void; end: () => void } {
  const lines: string[] = [];
  let clock = 0;
  const { tell, end } = progress({ stderr: { isTTY, write: (text) => lines.push(text) }, env }, () => clock);
  return {
    lines,
    end,
    tell: (at, done) => {
      clock = at;
      tell?.(done, 4_000, "reading");
    },
  };
}

test("an audit that takes a while counts on one line, and takes it away at its end", () => {
  const { lines, tell, end } = watched(true);
  tell(100, 1);
  assert.deepEqual(lines, [], "a short one is over before it could be read");
  tell(1_000, 1_000);
  tell(1_001, 1_001);
  tell(2_000, 3_000);
  end();
  assert.deepEqual(lines, [
    "\r\u001b[K█████░░░░░░░░░░░░░░░ reading 1,000/4,000",
    "\r\u001b[K███████████████░░░░░ reading 3,000/4,000",
    "\r\u001b[K",
  ]);
});

test("where nobody watches nothing is counted", () => {
  for (const { lines, tell, end } of [watched(false), watched(true, { CI: "true" }), watched(true, { TERM: "dumb" })]) {
    tell(5_000, 1);
    end();
    assert.deepEqual(lines, []);
  }
});
