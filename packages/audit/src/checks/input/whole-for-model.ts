import { massAssignment } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Facts } from "../../values/facts.ts";
import type { Value } from "../../values/value.ts";

const STORES = /^(?:update|edit|save|patch|upsert|modify|change)(?:One|ById|Or[A-Z]\w*)?$/;
/** What is only ever said to a model: Bookshelf's, Objection's, Sequelize's, Mongoose's, TypeORM's. */
const OF_MODEL =
  /^(?:withRelated|withGraphFetched|transacting|transaction|trx|individualHooks|paranoid|returning|runValidators|populate|lean|setDefaultsOnInsert|overwriteDiscriminator|autoRefresh|refetch|patchAndFetch)$/;

/**
 * `readers.update(req.body, { id: req.reader.id, withRelated: ["newsletters"] })`: code that is not seen, and what it is
 * told beside the body are options of a model, to which the body then goes as it is.
 */
export function wholeForModel({ trace }: Judged, report: Report): boolean {
  for (const one of trace.operations) {
    if (one.kind !== "call" || one.origin !== "missing" || !STORES.test(one.name)) continue;
    const options = one.args.find(isOptions);
    if (options === undefined || !one.args.some((arg) => isWholeBody(arg, one.facts))) continue;
    report.violated(
      massAssignment,
      one.place,
      "Every column the client names is written, those it must not set among them.",
      one,
    );
    return true;
  }
  return false;
}

function isOptions(value: Value): boolean {
  return value.k === "struct" && [...value.props.keys()].some((name) => OF_MODEL.test(name));
}

function isWholeBody(value: Value, facts: Facts): boolean {
  if (value.k === "client")
    return value.part === "body" && value.path === "" && !value.checked && !facts.has("valid:client:body.");
  return value.k === "struct" && value.spreads.some((inner) => isWholeBody(inner, facts));
}
