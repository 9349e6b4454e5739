const DAY_MS = 86_400_000;

const partsIn = (timeZone: string, atMs: number) => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
};

/** How far the clock on the wall of a zone is ahead of UTC at a moment. */
const offsetMs = (timeZone: string, atMs: number): number => {
  const { year, month, day, hour, minute, second } = partsIn(timeZone, atMs);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
};

/** A full hour of today, or of a later day, in a zone; epoch milliseconds. */
export const hourIn = (timeZone: string, nowMs: number, days: number, hour: number): number => {
  const today = partsIn(timeZone, nowMs);
  const wallMs = Date.UTC(today.year, today.month - 1, today.day, hour) + days * DAY_MS;
  const guessMs = wallMs - offsetMs(timeZone, nowMs);
  // The clocks may change in between.
  return wallMs - offsetMs(timeZone, guessMs);
};

export const EVENING = 18;
export const MORNING = 8;
const HOUR_MS = 3_600_000;

/** When a notice may come back, in the clinic's zone; the evening only while it is ahead. */
export const snoozeTimes = (
  timeZone: string,
  nowMs: number,
): readonly { readonly name: 'hour' | 'evening' | 'morning'; readonly atMs: number }[] => {
  const eveningMs = hourIn(timeZone, nowMs, 0, EVENING);
  return [
    { name: 'hour', atMs: nowMs + HOUR_MS },
    ...(eveningMs > nowMs ? [{ name: 'evening' as const, atMs: eveningMs }] : []),
    { name: 'morning', atMs: hourIn(timeZone, nowMs, 1, MORNING) },
  ];
};

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** True within the quiet hours, which may go over midnight; the same time twice is the whole day. */
export const isQuiet = (
  hours: { readonly from: string; readonly to: string; readonly time_zone: string } | null,
  nowMs: number,
): boolean => {
  if (hours === null) return false;
  const { hour, minute } = partsIn(hours.time_zone, nowMs);
  const now = hour * 60 + minute;
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  return from < to ? from <= now && now < to : from <= now || now < to;
};
