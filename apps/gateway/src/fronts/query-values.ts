/** A page size, a cursor or a flag, as the providers' listings take them. */
export const plainValue = /^[\w=+/.-]{0,512}$/;
/** Google's answer as events or as JSON. Other forms (`proto`, `media`) could not be metered. */
export const answerForm = /^(?:sse|json)$/;
