/**
 * What products call those who sign in: a shop has merchants, a clinic practitioners. A function that demands one, or
 * answers one without being told which, speaks of the caller.
 */
const PEOPLE: ReadonlySet<string> = new Set(
  (
    "user account member customer merchant seller vendor buyer shopper host guest tutor teacher student pupil " +
    "parent guardian patient doctor practitioner clinician physician nurse therapist driver rider courier carrier " +
    "employee employer worker candidate recruiter applicant broker adjuster partner affiliate creator author " +
    "artist editor publisher contributor reviewer player coach trainer athlete donor volunteer landlord resident " +
    "renter owner operator staff staffer admin administrator moderator manager supervisor technician learner " +
    "instructor mentor mentee participant organizer organiser attendee subscriber reseller supplier contractor " +
    "freelancer consultant lawyer accountant advisor adviser investor trader cashier dispatcher inspector auditor " +
    "analyst developer maintainer person human viewer visitor steward curator librarian chef " +
    "restaurateur farmer grower planner captain pilot crew soldier officer citizen voter counsellor counselor " +
    "receptionist concierge caretaker janitor housekeeper groundskeeper warden keeper ranger porter waiter waitress " +
    "bartender barista foreman surveyor assessor appraiser notary paralegal attorney solicitor barrister magistrate " +
    "pharmacist dentist hygienist midwife paramedic veterinarian psychologist optometrist physiotherapist " +
    "stylist barber groomer florist baker butcher brewer beekeeper gardener plumber electrician mechanic cleaner nanny " +
    "lodger boarder camper angler golfer rower sailor skipper diver climber dancer singer musician chorister " +
    "exhibitor docent archivist chaplain pastor priest vicar deacon parishioner congregant trustee councillor delegate " +
    "claimant policyholder cardholder shareholder leaseholder homeowner householder occupant housemate colleague " +
    "coworker trainee apprentice alumnus scholar professor lecturer examiner researcher scientist registrar treasurer " +
    "bookkeeper underwriter fundraiser referee umpire beneficiary"
  ).split(" "),
);

export function isPerson(word: string): boolean {
  return PEOPLE.has(word) || (word.endsWith("s") && PEOPLE.has(word.slice(0, -1)));
}

/** What code demands of its surroundings and not of its caller: `requireEnv`, `ensureIndexes`, `assertMethod`. */
const TECHNICAL: ReadonlySet<string> = new Set(
  (
    "env environment config configuration setting settings variable db database connection connected connect mongo " +
    "mongoose redis prisma pool client table tables index indexes schema migration migrations queue bucket folder " +
    "dir directory path file module package plugin method post get put http https ssl json content type body param " +
    "params query header headers field fields value values string number integer array object defined present exists " +
    "exist existence found unique never truthy equal true false error errors initialized initialised init ready loaded " +
    "setup seed seeded flag enabled limit limits quota rate size length range version locale date time state status " +
    "captcha turnstile recaptcha hcaptcha human input data valid validation valibot shape format csrf origin cors " +
    "idempotency idempotent lock unlocked open closed stock available availability balance funds payment uuid id ids " +
    "url slug email name dependency dependencies server browser fresh async await all any no not is the a"
  ).split(" "),
);

/** `requireMarketplace()`: what is demanded, of nothing that was given, is a caller of that kind. */
export function isTechnical(word: string): boolean {
  return TECHNICAL.has(word);
}
