/**
 * `user.locale`, `session.user.theme`: of the caller, and the same for thousands. Who they are, where they belong and
 * what they may is not told by it.
 */
export function namesNobody(path: string): boolean {
  return path !== "" && OF_THOUSANDS.test(path);
}
const OF_THOUSANDS =
  /(?:^|\.)(?:preferred_?|default_?|user_?)?(?:locale|lang|language|time_?zone|tz|theme|colou?r_?scheme|currency|avatar(?:_?url)?|date_?format|number_?format|page_?size|display_?name|first_?name|last_?name|plan|tier|created_?at|updated_?at|preferences?)$/i;
