/** What a guest orders, or leaves to be seen to, and comes back for. */
export const ORDERED =
  /(?:^|_)(?:orders?|bookings?|reservations?|tickets?|repairs?|returns?|rmas?|shipments?|parcels?|deliver(?:y|ies)|appointments?|rentals?|purchases?|checkouts?|donations?|claims?|service_?requests?|work_?orders?)(?:_?model)?$/i;
/** The number they were given for it. */
export const NUMBER = /^(?:(?:\w*_?)(?:number|no|nr|reference|ref|pnr|locator|tracking_?code|code)|id|_id)$/i;
/** What they said of themselves then. */
export const OF_PERSON =
  /e_?mail(?:_?address)?$|phone(?:_?number)?$|mobile$|(?:last|family|sur)_?name$|(?:zip|post(?:al)?)_?(?:code)?$|birth_?(?:date|day)$|date_?of_?birth$|^dob$/i;
