import { comparisons, type Query } from "../values/query.ts";
import type { Facts } from "../values/facts.ts";
import { scopeOf } from "../values/trust.ts";
import type { Condition } from "../values/value.ts";

/** `status: "published"`. */
function saysOpen({ field, value }: Extract<Condition, { kind: "compare" }>): boolean {
  return (
    /(?:status|state)$/i.test(field) &&
    value.k === "literal" &&
    /^(?:published|public|live|open|in_?progress|listed|(?:on|for)_?sale|selling|bookable)$/i.test(String(value.value))
  );
}

/** What is offered to everybody, whoever they are: on sale, open for registration, shown on other people's pages. */
export const OFFERED =
  /(?:^|[._])(?:(?:sales?|registrations?|enrol?lments?|bookings?|signups?|submissions?|applications?)_?(?:open|enabled)|(?:on|for)_?sale|(?:is_?)?(?:purchas|book|lend|rent|hir|order|reserv|join|discover)e?able|is_?(?:listed|live|bookable|for_?sale|open)|in_?stock|(?:badges?|embed\w*|widgets?)_?(?:enabled|allowed))$/i;

/** `hideParticipants: false`, `membersOnly: false`: that it is not kept from strangers. */
export const CLOSED =
  /(?:^|[._])(?:is_?)?(?:private|(?:members?|staff|login|invite|team|subscribers?)_?only|hide_?[A-Za-z]\w+|requires?_?(?:auth\w*|login|sign_?in|password|membership))$/i;

/** `published: true`: what anybody may see. */
export function isOpen(condition: Condition | null, facts: Facts): boolean {
  if (condition === null || condition.kind === "unknown") return false;
  if (condition.kind === "compare")
    return (
      ((/publish|public|visib|share/i.test(condition.field) ||
        (OFFERED.test(condition.field) && condition.value.k === "literal" && condition.value.value === true) ||
        saysOpen(condition)) &&
        condition.value.k === "literal" &&
        condition.value.value !== false) ||
      (CLOSED.test(condition.field) && condition.value.k === "literal" && condition.value.value === false)
    );
  if (condition.kind === "all") return condition.of.some((one) => isOpen(one, facts));
  // `OR: [{ ownerId }, { isPublic: true }]`: either way the caller may see it.
  return (
    condition.of.some((one) => isOpen(one, facts)) &&
    condition.of.every((one) => isOpen(one, facts) || scopeOf(one, facts) !== null)
  );
}

/** What a shop, a kitchen or an organiser has for whoever comes: it is shown for as long as it is had. */
const WARE =
  /^(?:\w*_)?(?:products?|variants?|skus?|dish(?:es)?|menus?|menu_?items?|meals?|items?_?for_?sale|(?:ticket|event|meeting|appointment|booking)_?types?|tiers?|packages?|bundles?|offers?|offerings?|listings?|add_?ons?|extras?|toppings?|slots?|time_?slots?|rooms?_?types?|restaurants?|shops?|stores?|venues?|kitchens?|merchants?|outlets?|salons?|clinics?|services?_?offered|coupons?|vouchers?|discounts?|promotions?|promo_?codes?|gift_?cards?_?types?|plans?|prices?|courses?|class(?:es)?|workshops?)$/i;
const HAD = /^(?:is_?)?(?:open|active|available|enabled|live|in_?stock|orderable|accepting_?orders)$/i;

/** `Dish.findAll({ where: { id, available: true } })`, `restaurant.findFirst({ where: { id, open: true } })`. */
export function isOfferedToAll({ table, where, verb }: Query): boolean {
  if (verb === "create" || !WARE.test(table.replace(/([a-z])([A-Z])/g, "$1_$2"))) return false;
  return comparisons(where).some(({ field, op, value }) => {
    if (op !== "equal" || value.k !== "literal") return false;
    const last = field.slice(field.lastIndexOf(".") + 1);
    if (value.value === false) return /^(?:is_?)?(?:hidden|private|unlisted)$/i.test(last);
    return value.value === true
      ? HAD.test(last)
      : /^(?:status|state)$/i.test(last) && /^(?:active|available|open|live)$/i.test(String(value.value));
  });
}
