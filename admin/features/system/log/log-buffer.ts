import type { LogLevel, SystemLogRow } from '@wardbell/contract';

/** A line of the log of an instance, live or stored. */
export interface LogLine {
  readonly id: string;
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  /** Id of the instance. */
  readonly source: string;
  /** Lines that the server left out before this one. */
  readonly dropped: number;
}

/** The lines that a page keeps; both lists have the newest first. */
export interface LogBuffer {
  readonly lines: readonly LogLine[];
  /** Lines that arrived while the list is paused. */
  readonly held: readonly LogLine[];
  /** Lines that arrived while the list is paused, those included that are no longer kept. */
  readonly heldCount: number;
  readonly isPaused: boolean;
  /** Cursor of the next older page; null: there is none; undefined: nothing was loaded. */
  readonly next: string | null | undefined;
  /** Older lines were let go: the list ends before the log does. */
  readonly isCut: boolean;
}

export type LogAction =
  | { readonly do: 'add'; readonly lines: readonly LogLine[] }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  /** The newest page, which was requested at `askedMs`. */
  | { readonly do: 'restart'; readonly page: LogPage; readonly askedMs: number }
  | { readonly do: 'older'; readonly page: LogPage };

export interface LogPage {
  readonly data: readonly SystemLogRow[];
  readonly next: string | null;
}

export const EMPTY_LOG: LogBuffer = {
  lines: [],
  held: [],
  heldCount: 0,
  isPaused: false,
  next: undefined,
  isCut: false,
};

/** As many as the server keeps. */
export const MAX_LINES = 10_000;
/** A line is stored within a second; on a busy server it may take longer. */
const STORED_WITHIN_MS = 5_000;

export const reduceLog = (log: LogBuffer, action: LogAction): LogBuffer => {
  switch (action.do) {
    case 'add': {
      const { lines } = action;
      if (!log.isPaused) return withNewest(log, lines);
      const heldCount = log.heldCount + lines.length;
      return { ...log, held: [...lines, ...log.held].slice(0, MAX_LINES), heldCount };
    }
    case 'pause':
      return { ...log, isPaused: true };
    case 'resume': {
      const resumed = { ...log, held: [], heldCount: 0, isPaused: false };
      // between the lines that were held and those that are shown some are missing
      const isTorn = log.heldCount > log.held.length;
      return isTorn ? { ...resumed, lines: log.held, isCut: true } : withNewest(resumed, log.held);
    }
    case 'restart': {
      const rows = action.page.data.map(toLine);
      const recent = log.lines.filter(({ atMs }) => atMs >= action.askedMs - STORED_WITHIN_MS);
      const lines = [...withoutStored(recent, rows), ...rows];
      return { ...log, lines, next: action.page.next, isCut: false };
    }
    case 'older': {
      const lines = [...log.lines, ...action.page.data.map(toLine)];
      return { ...log, lines: lines.slice(0, MAX_LINES), next: action.page.next };
    }
  }
};

const withNewest = (log: LogBuffer, newest: readonly LogLine[]): LogBuffer => {
  const lines = [...newest, ...log.lines];
  if (lines.length <= MAX_LINES) return { ...log, lines };
  return { ...log, lines: lines.slice(0, MAX_LINES), isCut: true };
};

/** Live lines that are not among the stored ones. Frames carry no id, so equal texts are matched one to one. */
const withoutStored = (live: readonly LogLine[], stored: readonly LogLine[]): readonly LogLine[] => {
  const counts = new Map<string, number>();
  for (const line of stored) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
  return live.filter((line) => {
    const count = counts.get(keyOf(line)) ?? 0;
    counts.set(keyOf(line), count - 1);
    return count <= 0;
  });
};

const keyOf = ({ source, level, message }: LogLine): string => `${source} ${level} ${message}`;

const toLine = ({ id, at, level, message, source, dropped }: SystemLogRow): LogLine => ({
  id: `stored-${id}`,
  atMs: Date.parse(at),
  level,
  message,
  source,
  dropped: dropped ?? 0,
});
