import { ANSWER_MS, Api, type TokenSource } from '../api/api';
import { ApiError, hasCode, isFailure, Unreachable } from '../api/failure';
import type { Body, EndpointOf, Me } from '../api/types';
import { announceLock, announceUnlock, markActive } from './idle';
import { forgetInput } from './kept-input';
import {
  type Credentials,
  isFresh,
  refreshToken,
  requestToken,
  requestUnlock,
  revokeToken,
  sessionIdOf,
  signedOut,
  type Token,
} from './token';

/** Why nobody is signed in: said on the sign-in page. */
export type SignedOutReason = 'new' | 'left' | 'left_untold' | 'idle' | 'ended' | 'suspended' | 'role';

export type SessionState =
  | { readonly status: 'restoring' }
  | { readonly status: 'unreachable'; readonly retryAtMs: number }
  | { readonly status: 'signed_out'; readonly reason: SignedOutReason }
  /** The page was opened while the screen is locked: who it is, only the server knows. */
  | { readonly status: 'locked' }
  | { readonly status: 'signed_in'; readonly me: Me };

/** What unlocks a screen. */
export type UnlockProof = Body<EndpointOf<'POST', '/auth/unlock'>>;

type TabMessage =
  | { readonly type: 'token'; readonly token: Token }
  | { readonly type: 'signed_out'; readonly reason: SignedOutReason };

/** Says that a refresh cookie should be there: without it a first visit would begin with a refused request. */
const HINT_KEY = 'wardbell.signed_in';
/** Set while a sign-out has not been sent to the server. */
const PENDING_SIGN_OUT_KEY = 'wardbell.untold_sign_out';
/** Interval at which a lock is sent to a server that does not answer. */
const LOCK_RETRY_MS = 3_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** Why the server does not go on with a session, as far as it says so. */
const reasonOf = (error: unknown): SignedOutReason => {
  if (hasCode(error, 'tenant_suspended')) return 'suspended';
  return error instanceof ApiError && error.members['ended_by'] === 'role_changed' ? 'role' : 'ended';
};

/**
 * Who is signed in, over all tabs of this browser. The access token lives in memory and is shared between
 * tabs by a BroadcastChannel; the refresh cookie is the browser's and no script sees it.
 */
export class Session implements TokenSource {
  readonly api: Api = new Api(this);
  #state: SessionState = { status: 'restoring' };
  #token: Token | null = null;
  #isLocked = false;
  /** The last request that locks the session on the server. */
  #locking: Promise<unknown> = Promise.resolve();
  /** Encrypts what was not saved when the screen is locked; not known while it is locked. */
  #inputKey: { readonly id: string; readonly key: string } | null = null;
  #refreshing: Promise<Token> | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #tabs: BroadcastChannel | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #keepers = new Set<() => Promise<void>>();

  get state(): SessionState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up the session that the browser's cookie holds, if it holds one. Returns what undoes it. */
  start(): () => void {
    const tabs = new BroadcastChannel('wardbell.session');
    tabs.onmessage = (event: MessageEvent<TabMessage>) => void this.#onTabMessage(event.data);
    this.#tabs = tabs;
    const retryNow = () => {
      if (this.#state.status === 'unreachable') void this.restore();
    };
    window.addEventListener('online', retryNow);
    this.#acceptProviderSignIn();
    void this.sendPendingSignOut();
    if (localStorage.getItem(HINT_KEY) === null) this.#set({ status: 'signed_out', reason: 'new' });
    else void this.restore();
    return () => {
      clearTimeout(this.#retryTimer);
      window.removeEventListener('online', retryNow);
      tabs.close();
      this.#tabs = null;
    };
  }

  /**
   * A sign-in at a provider ends at this page with a new cookie, and says so in the URL. It neither lifts a lock nor undoes
   * a sign-out that the server has yet to hear of, because anybody can write that URL.
   */
  #acceptProviderSignIn(): void {
    const url = new URL(location.href);
    if (!url.searchParams.has('signed_in')) return;
    url.searchParams.delete('signed_in');
    history.replaceState(null, '', url);
    if (localStorage.getItem(HINT_KEY) !== null || localStorage.getItem(PENDING_SIGN_OUT_KEY) !== null)
      return;
    markActive();
    localStorage.setItem(HINT_KEY, '1');
  }

  /** Sends a sign-out that the server has not got yet. Returns true when none is left. Does not throw. */
  async sendPendingSignOut(): Promise<boolean> {
    return localStorage.getItem(PENDING_SIGN_OUT_KEY) === null || this.#tellServer();
  }

  /** Tries the refresh cookie; while the server is away it goes on trying by itself. */
  async restore(): Promise<void> {
    clearTimeout(this.#retryTimer);
    try {
      await this.#refresh();
      await this.#enter();
    } catch (error) {
      if (this.#state.status === 'signed_out' || this.#state.status === 'locked') return;
      if (!(error instanceof Unreachable || (error instanceof ApiError && error.temporary))) {
        this.#leave(reasonOf(error));
        return;
      }
      const delayMs = RETRY_MS[Math.min(this.#attempt++, RETRY_MS.length - 1)] ?? 15_000;
      this.#set({ status: 'unreachable', retryAtMs: Date.now() + delayMs });
      this.#retryTimer = setTimeout(() => void this.restore(), delayMs);
    }
  }

  /** Signs in. Throws like `requestToken`. */
  async signIn(credentials: Credentials): Promise<void> {
    this.#token = await requestToken(credentials);
    forgetInput();
    markActive();
    localStorage.setItem(HINT_KEY, '1');
    localStorage.removeItem(PENDING_SIGN_OUT_KEY);
    this.#tell({ type: 'token', token: this.#token });
    await this.#enter();
  }

  /** The session and the key for what was not saved; null where the session is not ours or the screen is locked. */
  get inputKey(): { readonly id: string; readonly key: string } | null {
    return this.#inputKey;
  }

  /** Has `keep` read what was not saved before the session leaves the screen, whatever ends it. Returns what undoes that. */
  keepInput(keep: () => Promise<void>): () => void {
    this.#keepers.add(keep);
    return () => this.#keepers.delete(keep);
  }

  /**
   * Locks the session on the server and forgets its token and key, once `kept` has settled, which needs them. A server that
   * does not answer is told as soon as it does. Does not throw.
   */
  async lock(kept: Promise<void>): Promise<void> {
    if (this.#isLocked) return;
    this.#isLocked = true;
    const tell = async () => {
      await kept;
      this.#inputKey = null;
      const options = { byPerson: false, keepalive: true, answerWithinMs: ANSWER_MS };
      await this.api.call('POST', '/auth/lock', options);
    };
    while (this.#isLocked && this.#state.status === 'signed_in') {
      try {
        this.#locking = tell();
        await this.#locking;
        break;
      } catch (error) {
        if (!isFailure(error) || !error.temporary) break;
        await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
      }
    }
    if (this.#isLocked) this.#token = null;
  }

  /** Shows that it is the person of the session, in whichever tab. Throws `ApiError` or `Unreachable`. */
  async unlock(proof: UnlockProof): Promise<void> {
    // A lock that overtakes its unlock would lock the session again.
    await this.#locking.catch(() => undefined);
    try {
      this.#token = await requestUnlock(proof);
    } catch (error) {
      if (hasCode(error, 'invalid_refresh_token') || hasCode(error, 'tenant_suspended')) this.#end(error);
      throw error;
    }
    this.#isLocked = false;
    this.#tell({ type: 'token', token: this.#token });
    announceUnlock();
    if (this.#state.status === 'locked') await this.#enter();
  }

  /** Goes on after a screen was unlocked, here or in another tab: asks for the key again. Does not throw. */
  async resume(): Promise<void> {
    this.#isLocked = false;
    try {
      const { input_key, has_pin } = await this.api.call('GET', '/auth/me');
      this.#inputKey = this.#keyed(input_key);
      this.notePin(has_pin);
    } catch {
      // Without the key what was not saved stays encrypted; the rest does not need it.
    }
  }

  /** Says whether the person has a PIN now. */
  notePin(has_pin: boolean | null): void {
    const state = this.#state;
    if (state.status !== 'signed_in' || state.me.has_pin === has_pin) return;
    this.#set({ ...state, me: { ...state.me, has_pin } });
  }

  locked(): void {
    announceLock();
    if (this.#state.status === 'restoring' || this.#state.status === 'unreachable')
      this.#set({ status: 'locked' });
  }

  /** Leaves at once on this screen and in the other tabs, then on the server. Does not throw. */
  async signOut(reason: 'left' | 'idle' = 'left'): Promise<void> {
    localStorage.setItem(PENDING_SIGN_OUT_KEY, '1');
    const told = this.#tellServer();
    this.#tell({ type: 'signed_out', reason });
    this.#leave(reason);
    if (!(await told) && this.#state.status === 'signed_out') {
      this.#set({ status: 'signed_out', reason: 'left_untold' });
    }
  }

  async #tellServer(): Promise<boolean> {
    try {
      await revokeToken();
      localStorage.removeItem(PENDING_SIGN_OUT_KEY);
      return true;
    } catch {
      // The next visit tries again; the person is told meanwhile.
      return false;
    }
  }

  /** Asks the server whether the session still stands and may act, after the socket was told that it does not. */
  async verify(): Promise<boolean> {
    if (this.#state.status !== 'signed_in') return false;
    this.#token = null;
    return this.#refresh().then(
      () => true,
      () => false,
    );
  }

  async accessToken(): Promise<string> {
    if (isFresh(this.#token)) return this.#token.value;
    if (this.#state.status === 'signed_out') throw signedOut();
    return (await this.#refresh()).value;
  }

  async refused(token: string): Promise<void> {
    if (this.#token?.value !== token) return;
    this.#token = null;
    await this.#refresh();
  }

  #refresh(): Promise<Token> {
    this.#refreshing ??= refreshToken(() => (isFresh(this.#token) ? this.#token : null))
      .then((token) => {
        if (this.#state.status === 'signed_out') throw signedOut();
        this.#token = token;
        this.#tell({ type: 'token', token });
        return token;
      })
      .catch((error: unknown) => {
        if (hasCode(error, 'session_locked')) this.locked();
        else if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
          this.#end(error);
        }
        throw error;
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #enter(): Promise<void> {
    const { input_key, ...me } = await this.api.call('GET', '/auth/me');
    this.#attempt = 0;
    this.#isLocked = false;
    this.#inputKey = this.#keyed(input_key);
    this.#set({ status: 'signed_in', me: { ...me, input_key: null } });
  }

  #keyed(key: string | null): { readonly id: string; readonly key: string } | null {
    const id = this.#token === null ? undefined : sessionIdOf(this.#token);
    return key === null || id === undefined ? null : { id, key };
  }

  /** Encrypts what was not saved, which it reads at once. Does not reject. */
  async #keep(): Promise<void> {
    await Promise.allSettled([...this.#keepers].map((keep) => keep()));
  }

  /** The server has ended the session. */
  #end(error: unknown): void {
    const reason = reasonOf(error);
    this.#tell({ type: 'signed_out', reason });
    this.#leave(reason);
  }

  #leave(reason: SignedOutReason): void {
    clearTimeout(this.#retryTimer);
    void this.#keep();
    this.#token = null;
    this.#inputKey = null;
    forgetInput();
    localStorage.removeItem(HINT_KEY);
    if (this.#state.status !== 'signed_out') this.#set({ status: 'signed_out', reason });
  }

  async #onTabMessage(message: TabMessage): Promise<void> {
    if (message.type === 'signed_out') {
      this.#leave(message.reason);
      return;
    }
    if (this.#state.status === 'signed_in' && this.#state.me.id !== message.token.userId) {
      // Somebody else signed in in another tab: nothing of the first person may stay on this screen.
      await this.#keep();
      location.reload();
      return;
    }
    this.#token = message.token;
    if (this.#state.status === 'signed_out' || this.#state.status === 'locked') {
      this.#set({ status: 'restoring' });
      await this.restore();
    }
  }

  #tell(message: TabMessage): void {
    this.#tabs?.postMessage(message);
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
