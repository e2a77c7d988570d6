import type { Token } from "../token.ts";
import { conditionOf, type Condition } from "./condition.ts";
import { normal } from "./normal.ts";

/**
 * How little a condition asks, from nothing at all:
 * `always` is true for everybody, `unset` for a session in which no identity was set, `signed-in` for whoever is signed in;
 * `alive` for every row that is not deleted or archived; `other` asks something of the row or the caller.
 */
export type Weakness = "always" | "unset" | "signed-in" | "alive" | "other";

const ORDER: readonly Weakness[] = ["other", "alive", "signed-in", "unset", "always"];

export function weaknessOf(tokens: readonly Token[]): Weakness {
  return weigh(conditionOf(tokens));
}

function weigh(condition: Condition): Weakness {
  switch (condition.kind) {
    case "or":
      return pick(condition.parts.map(weigh), Math.max);
    case "and":
      return pick(condition.parts.map(weigh), Math.min);
    case "not":
      return condition.part.kind === "atom" ? ofNegated(normal(condition.part.tokens)) : "other";
    case "atom":
      return ofAtom(normal(condition.tokens));
  }
}

function pick(found: readonly Weakness[], choose: (...numbers: number[]) => number): Weakness {
  return ORDER[choose(...found.map((one) => ORDER.indexOf(one)))] ?? "other";
}

/** Who the session says it is: `@setting` is null or empty when nobody said, `@set` must be set, `@uid` is null for visitors. */
function named(text: string): string {
  return text
    .replaceAll(/current_setting\('[^']*',(?:true|'t'|'true')\)/g, " @setting ")
    .replaceAll(/current_setting\('[^']*'\)/g, " @set ")
    .replaceAll(/auth\.role\(\)|auth\.jwt\(\)->>'role'/g, " @role ")
    .replaceAll(/auth\.(?:uid|email|jwt)\(\)(?:->>?'(?:sub|email)')?/g, " @uid ")
    .replaceAll(/(?<! ) *([=<>!(),[\]]) */g, "$1")
    .replaceAll(/(?:nullif|coalesce)\(@setting,''\)/g, " @setting ")
    .replaceAll(/\)(?=[a-z])/g, ") ")
    .replaceAll(/'(?=(?:is|then|in)\b)/g, "' ")
    .replaceAll(/(?<! ) *([=<>!(,[\]]) */g, "$1")
    .replaceAll(/ {2,}/g, " ")
    .trim();
}

const ALWAYS = /^(?:true|'t(?:rue)?'|'([^']*)'='\1'|(\d+)=\2)$/;
const SIGNED_IN = [
  /^@(?:setting|set|uid|role) is not null$/,
  /^@(?:setting|set)(?:<>|!=)''$/,
  /^@uid=@uid$/,
  /^@role='(?:authenticated|anon)'$|^'authenticated'=@role$/,
  /^@role(?: in|=any)\((?:array\[)?'(?:authenticated|anon)'(?:,'(?:authenticated|anon)')*\]?\)$/,
];
const ALIVE =
  /^(?:\w+\.)*(?:(?:deleted|archived|removed)_?at is null|(?:is_?)?(?:deleted|archived|removed)(?:=| is )false)$/i;
const UNSET = [
  /^@(?:setting|uid|role) is null$/,
  /^@setting=''$/,
  /^coalesce\(@setting,'([^']*)'\)='\1'$/,
  /^@setting is distinct from '[^']*'$/,
  /^case when @setting(?: is null|='') then true\b/,
];

function ofAtom(text: string): Weakness {
  const short = named(text);
  if (ALWAYS.test(short)) return "always";
  if (UNSET.some((form) => form.test(short)) || fallsBackOnItself(text)) return "unset";
  if (SIGNED_IN.some((form) => form.test(short))) return "signed-in";
  return ALIVE.test(short) ? "alive" : "other";
}

function ofNegated(text: string): Weakness {
  if (text === "false") return "always";
  return /^(?:\w+\.)*(?:is_?)?(?:deleted|archived|removed)$/i.test(text) ? "alive" : "other";
}

/** `org_id = coalesce(current_setting('app.org_id', true)::uuid, org_id)`: without a setting the row equals itself. */
function fallsBackOnItself(text: string): boolean {
  const forward = /^([\w.]+)=coalesce\((.+),([\w.]+)\)$/.exec(text);
  const backward = /^coalesce\((.+),([\w.]+)\)=([\w.]+)$/.exec(text);
  const column = forward?.[1] ?? backward?.[3];
  const fallback = forward?.[3] ?? backward?.[2];
  const asked = forward?.[2] ?? backward?.[1];
  if (column === undefined || fallback === undefined || asked === undefined) return false;
  return last(column) === last(fallback) && /current_setting\('[^']*',true\)|auth\.\w+\(\)/.test(asked);
}

function last(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
