/**
 * The statuses of a subscription that entitle (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses):
 *
 * - `active`: in good standing, until the end of the period when it is cancelled at period end;
 * - `trialing`: granted by the seller without payment.
 *
 * The others do not: `incomplete` and `incomplete_expired` were never paid, `past_due` and `unpaid` are owed, `paused`
 * ended its trial without a payment method, `canceled` is over. A status that Stripe adds later does not either.
 */
export const ENTITLED_STATUSES: ReadonlySet<string> = new Set(["active", "trialing"]);
