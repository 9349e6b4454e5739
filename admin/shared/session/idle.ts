/** How long a screen may be left alone. The one place to change it. */
export const IDLE = {
  /** Then it is locked. */
  lockAfterMs: 15 * 60_000,
  /** So long before, a warning stands on it. */
  warningMs: 60_000,
  /** Then the person is signed out. */
  signOutAfterMs: 30 * 60_000,
} as const;

export type Presence = 'active' | 'warned' | 'locked' | 'gone';

/** When somebody last did something in any tab of this browser, epoch milliseconds. */
const ACTIVE_KEY = 'wardbell.last_active';
const LOCKED_KEY = 'wardbell.locked';
/** Activity is written down no more often than this. */
const WRITE_EVERY_MS = 2_000;
const ACTIVITY = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** What the time since the last activity means. A lock stays until somebody proves who they are. */
export const presenceAt = (idleMs: number, locked: boolean): Presence => {
  if (idleMs >= IDLE.signOutAfterMs) return 'gone';
  if (locked || idleMs >= IDLE.lockAfterMs) return 'locked';
  return idleMs >= IDLE.lockAfterMs - IDLE.warningMs ? 'warned' : 'active';
};

/** Milliseconds until time alone may change the presence. */
const untilNext = (idleMs: number): number =>
  [IDLE.lockAfterMs - IDLE.warningMs, IDLE.lockAfterMs, IDLE.signOutAfterMs]
    .map((threshold) => threshold - idleMs)
    .find((leftMs) => leftMs > 0) ?? 0;

/**
 * Watches whether somebody is there, over all tabs of this browser: activity and locks stand in `localStorage`,
 * so that another tab counts, and a reload or a closed browser opens no lock.
 */
export class IdleWatch {
  /** Known before anything is shown. */
  #presence = presenceNow();
  /** When an activity of this tab was last written down; the mouse tells of a hundred a second. */
  #actedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onAct = () => {};
  readonly #listeners = new Set<() => void>();

  get presence(): Presence {
    return this.#presence;
  }

  /** When the screen is locked if nobody does anything, epoch milliseconds. */
  get lockAtMs(): number {
    return lastActiveMs() + IDLE.lockAfterMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Begins to watch; returns what ends it.
   * @param onAct called when somebody does something on a screen that is not locked, at most every 2 s
   */
  start(onAct: () => void): () => void {
    this.#onAct = onAct;
    if (localStorage.getItem(ACTIVE_KEY) === null) markActive();
    for (const type of ACTIVITY) window.addEventListener(type, this.#act, { passive: true, capture: true });
    window.addEventListener('storage', this.#look);
    document.addEventListener('visibilitychange', this.#look);
    this.#look();
    return () => {
      for (const type of ACTIVITY) window.removeEventListener(type, this.#act, { capture: true });
      window.removeEventListener('storage', this.#look);
      document.removeEventListener('visibilitychange', this.#look);
      clearTimeout(this.#timer);
    };
  }

  /** Locks every tab now. */
  lock(): void {
    localStorage.setItem(LOCKED_KEY, '1');
    this.#look();
  }

  /** Somebody has proved that they are the one who is signed in. */
  unlock(): void {
    markActive();
    this.#look();
  }

  readonly #act = (): void => {
    if (this.#presence === 'locked' || this.#presence === 'gone') return;
    const nowMs = Date.now();
    if (this.#presence === 'active' && Math.abs(nowMs - this.#actedMs) < WRITE_EVERY_MS) return;
    this.#actedMs = nowMs;
    // What the timer would say is asked first: a machine that slept is locked, whatever key woke it.
    this.#look();
    if (this.#presence !== 'active' && this.#presence !== 'warned') return;
    markActive();
    this.#look();
    this.#onAct();
  };

  readonly #look = (): void => {
    const idleMs = idleNowMs();
    const presence = presenceNow();
    // By time alone: another tab may be about to take the lock away, which must not be put back.
    if (idleMs >= IDLE.lockAfterMs) localStorage.setItem(LOCKED_KEY, '1');
    clearTimeout(this.#timer);
    const leftMs = untilNext(idleMs);
    if (leftMs > 0) this.#timer = setTimeout(this.#look, leftMs);
    if (presence === this.#presence) return;
    this.#presence = presence;
    for (const listener of this.#listeners) listener();
  };
}

const lastActiveMs = (): number => Number(localStorage.getItem(ACTIVE_KEY) ?? Date.now());

const idleNowMs = (): number => Math.max(0, Date.now() - lastActiveMs());
const presenceNow = (): Presence => presenceAt(idleNowMs(), localStorage.getItem(LOCKED_KEY) !== null);

/** Somebody is there, and known: also when they have just signed in. In this order, for tabs that look in between. */
export const markActive = (): void => {
  localStorage.setItem(ACTIVE_KEY, String(Date.now()));
  localStorage.removeItem(LOCKED_KEY);
};
