import { knowsTenants } from "../../knowledge/staff.ts";
import type { ProjectFile } from "../../project.ts";
import { says } from "../../source/says.ts";
import type { Query } from "../../values/query.ts";
import { speaksOfTenants } from "./global-role.ts";

const PEOPLE = /^(?:\w*_)?(?:users?|people|persons?|profiles?|accounts?)$/i;
/** What everybody sees of everybody in a product with accounts. */
const PROFILE =
  /^(?:_?id|uuid|(?:user|display|full|first|last|nick|given|family)?_?name|username|handle|slug|avatar(?:_?(?:url|id|color))?|image|picture|photo(?:_?url)?|bio|headline|about|(?:created|joined|last_?seen)_?(?:at|on)|pronouns|website|colou?r|verified|level|xp|rank|reputation|language|locale|timezone)$/i;
const HIDDEN = /token|secret|password|hash|api_?key/i;
/** More than a profile, and yet what whoever signs in to a house of one tenant knows of the others there. */
const OF_COLLEAGUES = /^(?:e_?mail|is_?admin|admin|role|is_?active|active|disabled)$/i;
/** The administrator there is asked for of the caller: of all there is, since nothing else is spoken of. */
const ADMINISTRATOR =
  /\b(?:session|user|me|viewer|caller|actor|account|principal|auth|owner)[?!]?\.(?:user[?!]?\.)?(?:is_?(?:super_?)?[aA]dmin|admin)\b|\b(?:session|user|me|viewer|caller)[?!]?\.(?:user[?!]?\.)?role\s*[!=]==?\s*["'`](?:super_?)?admin/;

/**
 * Those who use a product that knows no tenants: their names and pictures are everybody's to see there, and where an
 * administrator of all is asked for beside it, so is the list of colleagues. Secrets among the columns are another finding.
 */
export function isShownToAll(file: ProjectFile, { table, verb, selected, related }: Query): boolean {
  if ((verb !== "read" && verb !== "list") || selected === null || selected.length === 0) return false;
  if (!PEOPLE.test(table) || (related ?? []).length > 0) return false;
  if (knowsTenants(file.text) || speaksOfTenants(file.text)) return false;
  if (selected.every((column) => PROFILE.test(column) || HIDDEN.test(column))) return true;
  return (
    verb === "list" &&
    says(file, ADMINISTRATOR) &&
    selected.every((column) => PROFILE.test(column) || OF_COLLEAGUES.test(column))
  );
}
