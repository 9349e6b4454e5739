/** `HH:MM`, as forms hold a time of day. */
export const isIsoTime = (value: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(value);

/** True for a text that is a time by itself, while more may follow. */
export const isWholeTime = (text: string): boolean => /^\d{1,2}[:.h]\d\d$|[ap]\.?m\.?$/i.test(text.trim());

const TIME =
  /^(?:(?<hours>\d{1,2})(?:\s*(?:[:.h]|uhr)\s*(?<minutes>\d\d)?)?|(?<digits>\d{3,4}))\s*(?:h|uhr|(?<half>[ap])\.?\s?m?\.?)?$/;

/**
 * The time of day that a text means: `8:30`, `8.30`, `830`, `8h30`, `8 Uhr 30`, `8:30 pm`, `8`. Null if it is none.
 * @param endsDay the time is the end of something, so that 24:00 means the midnight that follows, which is `00:00`
 */
export const readTime = (text: string, endsDay = false): string | null => {
  const found = TIME.exec(text.normalize('NFKC').trim().toLowerCase())?.groups;
  if (!found) return null;
  const { digits = '', half } = found;
  const hours = Number(found['hours'] ?? digits.slice(0, -2));
  const minutes = Number(found['minutes'] ?? digits.slice(-2));
  const isEndOfDay = endsDay && hours === 24 && minutes === 0;
  if (minutes > 59 || (hours > 23 && !isEndOfDay)) return null;
  if (half !== undefined && (hours < 1 || hours > 12)) return null;
  const hour = half === undefined ? hours % 24 : (hours % 12) + (half === 'p' ? 12 : 0);
  return `${String(hour).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
};

/** A time of day as the language writes it: "14:05", "2:05 PM". */
export const writeTime = (value: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', timeStyle: 'short' }).format(
    Date.parse(`1970-01-01T${value}:00Z`),
  );
