import { isOwnerName, snake } from "../../knowledge/names.ts";
import { knowsTenants } from "../../knowledge/staff.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { trustOf } from "../../values/trust.ts";
import { isPublicTable } from "../entry/entry-kinds.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** What people do about things that are there for all: where the product has no tenants, any of them may be meant. */
const ABOUT =
  /(?:^|_)(?:reviews?|ratings?|likes?|votes?|up_?votes?|follow(?:er|ing)?s?|bookmarks?|favou?rites?|reactions?|dismissals?|rsvps?|wish_?lists?(?:_?items?)?|stars?|claps?|enrol?lments?|attendances?|check_?ins?|saves|saved_?\w+|donations?|pledges?|contributions?|tips|sponsorships?|purchases?|bookings?|reservations?|registrations?|orders?|order_?(?:items?|lines?)|cart_?items?|reads?|views?|flags|abuse_?reports?)$/i;

/** What people say to one another. */
const SAYS = /(?:^|_)(?:comments?|replies|reply|answers?|remarks?|discussions?)$/i;
/** What is put up for others to talk about: in no product is it somebody's own. */
const SHOWN =
  /(?:^|_)(?:challenges?|solutions?|puzzles?|katas?|exercises?|problems?|ideas?|proposals?|stor(?:y|ies)|songs?|albums?|episodes?|podcasts?|games?|mods?|plugins?|showcases?|tutorials?|guides?|chapters?|novels?|quests?|memes?|tweets?|bills?|petitions?|topics?|questions?|answers?)(?:_|$)/i;
/** Rows that members of the public make of what they think of it stand beside it: `prisma.vote.create(`, `insert(upvotes)`. */
const THOUGHT_OF =
  /\b(?:\w*_)?(?:up_?votes?|down_?votes?|votes?|likes?|comment_?(?:votes?|likes?)|follows|followers?|claps?|karma|reputation)(?:\s*\.\s*(?:create|find|delete|upsert|count|insert|update)|["'`]?\s*\)\s*\.(?:insert|values|where|delete|select|update))/i;

/** What somebody keeps such things in is their own. */
const KEEPS = /folder|collection|list|board|group|project|section|album|shelf|bucket|note_?book|space/i;

/** May the caller's own new row point at any row of that name: is it of a kind that is there for all to see? */
export function mayReferTo(stem: string, one: QueryOperation, { project, entry }: Judged): boolean {
  const { facts } = one;
  const { data, table } = one.query;
  if (data?.k !== "struct") return false;
  const isOwn = [...data.props].some(([name, value]) => isOwnerName(name) && trustOf(value, facts) !== null);
  if (!isOwn) return false;
  const text = project.file(one.place.file)?.text ?? project.file(entry.file)?.text ?? "";
  if (isPublicTable(stem.replace(/_$/, ""))) return true;
  if (
    SAYS.test(snake(table)) &&
    !KEEPS.test(stem) &&
    !knowsTenants(text) &&
    (SHOWN.test(snake(stem)) || THOUGHT_OF.test(text))
  )
    return true;
  if (!KEEPS.test(stem) && ABOUT.test(snake(table)) && !knowsTenants(text)) return true;
  return isPublished(stem, text);
}

/** `isNotNull(notices.publishedAt)`, `notice.findMany({ where: { published: true } })`: some are for all. */
function isPublished(stem: string, text: string): boolean {
  const noun = stem.toLowerCase().replace(/_$/, "");
  for (const [, before = ""] of text.matchAll(PUBLISHED)) {
    const words = before.toLowerCase().split(/\W+/);
    if (words.some((word) => word === noun || word === `${noun}s` || word === `${noun}es`)) return true;
  }
  return false;
}
const PUBLISHED = /([^;]{0,160})\b(?:published(?:_?at)?|is_?(?:public|published|listed)|listed)\b/gi;
