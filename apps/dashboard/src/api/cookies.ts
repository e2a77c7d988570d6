/** Preferences, not credentials: each only selects among what the session allows anyway. */
export const ORGANISATION_COOKIE = "meterr_organisation";
export const THEME_COOKIE = "meterr_theme";
export const MODE_COOKIE = "meterr_mode";
