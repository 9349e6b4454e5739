/** When a screen that is left alone is locked, and when its person is signed out, in milliseconds. */
export interface IdleLimits {
  readonly lockAfterMs: number;
  /** So long before the lock, a warning stands on the screen. */
  readonly warningMs: number;
  readonly signOutAfterMs: number;
}

/** As in the default policy of a clinic; for people whose session is not ours. */
const DEFAULT_IDLE_MINUTES = 30;
const MINUTE_MS = 60_000;

/**
 * The limits for a session that the server ends after `idleMinutes` without an action: the screen is locked after half of
 * that, while there is still a session to unlock. The one place to change it.
 */
export const idleLimits = (idleMinutes: number | null): IdleLimits => {
  const signOutAfterMs = (idleMinutes ?? DEFAULT_IDLE_MINUTES) * MINUTE_MS;
  return { lockAfterMs: signOutAfterMs / 2, warningMs: MINUTE_MS, signOutAfterMs };
};

/** Who is asked to unlock a screen. */
export interface LockedPerson {
  readonly name: string | null;
  readonly email: string | null;
  /** Signed in elsewhere: has neither password nor passkey here. */
  readonly isExternal: boolean;
  /** Has a PIN that unlocks screens. */
  readonly hasPin: boolean;
}

export type Presence = 'active' | 'warned' | 'locked' | 'gone';

/** When somebody last did something in any tab of this browser, epoch milliseconds. */
const ACTIVE_KEY = 'wardbell.last_active';
/** There while the screens are locked, with the name of the person. */
const LOCKED_KEY = 'wardbell.locked';
const LOCKED_EVENT = 'wardbell:locked';
/** Storage events reach other tabs only. */
const UNLOCKED_EVENT = 'wardbell:unlocked';
/** Activity is written down no more often than this. */
const WRITE_EVERY_MS = 2_000;
const ACTIVITY = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** What the time since the last activity means. A lock stays until somebody proves who they are. */
export const presenceAt = (idleMs: number, locked: boolean, limits: IdleLimits): Presence => {
  if (idleMs >= limits.signOutAfterMs) return 'gone';
  if (locked || idleMs >= limits.lockAfterMs) return 'locked';
  return idleMs >= limits.lockAfterMs - limits.warningMs ? 'warned' : 'active';
};

/** Milliseconds until time alone may change the presence. */
const untilNext = (idleMs: number, { lockAfterMs, warningMs, signOutAfterMs }: IdleLimits): number =>
  [lockAfterMs - warningMs, lockAfterMs, signOutAfterMs]
    .map((threshold) => threshold - idleMs)
    .find((leftMs) => leftMs > 0) ?? 0;

/**
 * Watches whether somebody is there, over all tabs of this browser: activity and locks stand in `localStorage`,
 * so that another tab counts, and a reload or a closed browser opens no lock.
 */
export class IdleWatch {
  readonly #limits: IdleLimits;
  /** Known before anything is shown. */
  #presence: Presence;
  /** When an activity of this tab was last written down; the mouse tells of a hundred a second. */
  #actedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onAct = () => {};
  #onLock = () => {};
  readonly #listeners = new Set<() => void>();

  /** @param person who may unlock the screen, for the screen to say after a reload */
  constructor(
    limits: IdleLimits,
    public person: LockedPerson,
  ) {
    this.#limits = limits;
    this.#presence = presenceNow(limits);
  }

  get presence(): Presence {
    return this.#presence;
  }

  /** When the screen is locked if nobody does anything, epoch milliseconds. */
  get lockAtMs(): number {
    return lastActiveMs() + this.#limits.lockAfterMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Begins to watch; returns what ends it.
   * @param onAct called when somebody does something on a screen that is not locked, at most every 2 s
   * @param onLock called when the screen is about to be locked, while everything is still on it
   */
  start({ onAct, onLock }: { readonly onAct: () => void; readonly onLock: () => void }): () => void {
    this.#onAct = onAct;
    this.#onLock = onLock;
    if (localStorage.getItem(ACTIVE_KEY) === null) markActive();
    for (const type of ACTIVITY) window.addEventListener(type, this.#act, { passive: true, capture: true });
    window.addEventListener('storage', this.#look);
    window.addEventListener(LOCKED_EVENT, this.#lockHere);
    window.addEventListener(UNLOCKED_EVENT, this.#look);
    document.addEventListener('visibilitychange', this.#look);
    this.#look();
    return () => {
      for (const type of ACTIVITY) window.removeEventListener(type, this.#act, { capture: true });
      window.removeEventListener('storage', this.#look);
      window.removeEventListener(LOCKED_EVENT, this.#lockHere);
      window.removeEventListener(UNLOCKED_EVENT, this.#look);
      document.removeEventListener('visibilitychange', this.#look);
      clearTimeout(this.#timer);
    };
  }

  /** Locks every tab now. */
  lock(): void {
    this.#lockHere();
  }

  /** Somebody has proved that they are the one who is signed in. */
  unlock(): void {
    markActive();
    this.#look();
  }

  readonly #lockHere = (): void => {
    localStorage.setItem(LOCKED_KEY, JSON.stringify(this.person));
    this.#look();
  };

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
    const presence = presenceNow(this.#limits);
    // By time alone: another tab may be about to take the lock away, which must not be put back.
    if (idleMs >= this.#limits.lockAfterMs) localStorage.setItem(LOCKED_KEY, JSON.stringify(this.person));
    clearTimeout(this.#timer);
    const leftMs = untilNext(idleMs, this.#limits);
    if (leftMs > 0) this.#timer = setTimeout(this.#look, leftMs);
    if (presence === this.#presence) return;
    if (isLocked(presence) && !isLocked(this.#presence)) this.#onLock();
    this.#presence = presence;
    for (const listener of this.#listeners) listener();
  };
}

const lastActiveMs = (): number => Number(localStorage.getItem(ACTIVE_KEY) ?? Date.now());

const idleNowMs = (): number => Math.max(0, Date.now() - lastActiveMs());
const presenceNow = (limits: IdleLimits): Presence =>
  presenceAt(idleNowMs(), localStorage.getItem(LOCKED_KEY) !== null, limits);

/** True when nothing of a room may be on the screen. */
export const isLocked = (presence: Presence): boolean => presence === 'locked' || presence === 'gone';

/** Locks the screens of this browser because the server says that the session is locked. */
export const announceLock = (): void => {
  window.dispatchEvent(new Event(LOCKED_EVENT));
};

/** Unlocks the screens of this browser: somebody has shown that they are the one who is signed in. */
export const announceUnlock = (): void => {
  markActive();
  window.dispatchEvent(new Event(UNLOCKED_EVENT));
};

/** Who may unlock this browser's screens, as far as it is known. */
export const lockedPerson = (): LockedPerson => {
  try {
    const {
      name = null,
      email = null,
      isExternal = false,
      hasPin = false,
    } = JSON.parse(localStorage.getItem(LOCKED_KEY) ?? '{}');
    return { name, email, isExternal, hasPin };
  } catch {
    return { name: null, email: null, isExternal: false, hasPin: false };
  }
};

/** Records activity, then removes the lock, so that another tab never sees an unlocked idle screen. */
export const markActive = (): void => {
  localStorage.setItem(ACTIVE_KEY, String(Date.now()));
  localStorage.removeItem(LOCKED_KEY);
};
