/** A time as responses have it: UTC with milliseconds (RFC 3339), or null. */
export const toTimestamp = (time: Date | null): string | null => time?.toISOString() ?? null;
