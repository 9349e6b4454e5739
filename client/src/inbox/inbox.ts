import { backoffMs } from '../backoff.js';
import type { NumberedEvent } from '../events.js';
import { Redraw } from '../list/frame.js';
import type { AnyClient } from '../options.js';
import { applyToInbox, type InboxContent, type InboxList, type InboxPage } from './apply.js';

/** Loads a page of the inbox: `GET /notifications/inbox` with this query. */
export type LoadInbox = (
  query: { readonly state: InboxList; readonly after?: string },
  signal: AbortSignal,
) => Promise<InboxPage>;

export interface InboxState extends InboxContent {
  /** False until the first page has arrived. */
  readonly isLoaded: boolean;
  /** True: rows and counts follow the database. False: they may be stale; indicate it. */
  readonly live: boolean;
  /** `loadMore` has more to load. */
  readonly hasMore: boolean;
  /** Why the last load failed; it is tried again. */
  readonly error: unknown;
}

const EMPTY: InboxState = {
  notices: [],
  unread: 0,
  unseen: 0,
  nextChangeAt: null,
  isLoaded: false,
  live: false,
  hasMore: false,
  error: null,
};

/** Delay of a reload, so that several events share one. */
const UNSURE_MS = 50;
/** Added to the time of a change, so that the server is past it. */
const SLACK_MS = 20;
/** Delays of reloads at a time that has not come for the server, whose clock may be behind that of this machine. */
const EARLY_MS = 250;
const MAX_EARLY_MS = 60_000;
/** Longest delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A person's inbox: loaded, then kept by the stream from the position of the page. Rows and counts are those of the
 * server after every disconnect, restart and sleep: after each reconnect the pages are loaded again.
 */
export class Inbox {
  /** May be replaced at any time by an equivalent function. */
  load: LoadInbox;
  #state = EMPTY;
  #pages = 1;
  #next: string | null = null;
  /** The last number that the content includes. */
  #seq = 0;
  #loading: AbortController | null = null;
  #failures = 0;
  /** Reloads in a row that came before the time of a change. */
  #early = 0;
  #unfollow: (() => void) | null = null;
  #unlisten: (() => void) | null = null;
  #wasLive = false;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;
  #changeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #redraw = new Redraw(() => {
    for (const listener of this.#listeners) listener();
  });
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly client: Pick<AnyClient, 'follow' | 'onState' | 'state'>,
    private readonly list: InboxList,
    load: LoadInbox,
  ) {
    this.load = load;
  }

  get state(): InboxState {
    return this.#state;
  }

  /** Loads and follows the inbox while at least one listener is there; then it is removed from memory. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  /** Loads the pages again. Resolves when rows and counts are those of the server. */
  readonly reload = (): Promise<void> => this.#reload();

  /** Loads the next page, if there is one. */
  readonly loadMore = async (): Promise<void> => {
    if (this.#next === null || this.#loading) return;
    this.#pages += 1;
    await this.#reload();
  };

  #start(): void {
    this.#wasLive = this.client.state.status === 'live';
    this.#unlisten = this.client.onState(({ status }) => {
      // Replayed events do not say who was a recipient at the time, so the counts come from the server.
      if (status === 'live' && !this.#wasLive) this.#reloadIn(0);
      this.#wasLive = status === 'live';
      this.#set({});
    });
    void this.#reload();
  }

  #stop(): void {
    this.#loading?.abort();
    this.#loading = null;
    this.#unfollow?.();
    this.#unfollow = null;
    this.#unlisten?.();
    this.#redraw.cancel();
    clearTimeout(this.#reloadTimer);
    clearTimeout(this.#changeTimer);
    this.#state = EMPTY;
    this.#pages = 1;
  }

  async #reload(): Promise<void> {
    clearTimeout(this.#reloadTimer);
    this.#loading?.abort();
    const stop = new AbortController();
    this.#loading = stop;
    try {
      const pages: InboxPage[] = [];
      let after: string | null = null;
      do {
        const query: { state: InboxList; after?: string } = { state: this.list };
        if (after !== null) query.after = after;
        const page: InboxPage = await this.load(query, stop.signal);
        if (stop.signal.aborted) return;
        pages.push(page);
        after = page.next;
      } while (after !== null && pages.length < this.#pages);
      this.#loading = null;
      this.#failures = 0;
      this.#take(pages, after);
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#loading = null;
      this.#failures += 1;
      this.#set({ error });
      this.#reloadIn(backoffMs(this.#failures, Math.random()));
    }
  }

  /** Later pages are of later snapshots; events that they include already are applied again, which changes nothing. */
  #take(pages: readonly InboxPage[], next: string | null): void {
    const [first] = pages;
    if (!first) return;
    this.#unfollow?.();
    this.#unfollow = null;
    this.#next = next;
    this.#seq = first.seq;
    const rows = new Map(pages.flatMap(({ data }) => data.map((notice) => [notice.id, notice])));
    this.#set({
      notices: [...rows.values()],
      unread: first.unread,
      unseen: first.unseen,
      nextChangeAt: first.next_change_at,
      isLoaded: true,
      hasMore: next !== null,
      error: null,
    });
    this.#schedule();
    let isRefused = false;
    const unfollow = this.client.follow(
      { seq: first.seq, epoch: first.epoch },
      {
        event: (event) => this.#event(event),
        resync: () => {
          isRefused = true;
          this.#unfollow = null;
          this.#set({});
          this.#reloadIn(backoffMs(++this.#failures, Math.random()));
        },
      },
    );
    if (!isRefused) this.#unfollow = unfollow;
    this.#set({});
  }

  #event(event: NumberedEvent): void {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    const applied = applyToInbox(this.#state, this.list, event, Date.now());
    if (!applied) return;
    this.#set(applied.content);
    this.#schedule();
    if (applied.isUnsure) this.#reloadIn(UNSURE_MS);
  }

  #reloadIn(delayMs: number): void {
    clearTimeout(this.#reloadTimer);
    this.#reloadTimer = setTimeout(() => void this.#reload(), delayMs);
  }

  #schedule(): void {
    clearTimeout(this.#changeTimer);
    const { nextChangeAt, notices } = this.#state;
    const nowMs = Date.now();
    // The server names what changes the counts; a notice that was read expires, too.
    const changesMs = [nextChangeAt, ...notices.map(({ expires_at }) => expires_at)].flatMap((at) =>
      at === null ? [] : [Date.parse(at)],
    );
    if (changesMs.length === 0) return;
    const waitMs = Math.min(...changesMs) - nowMs;
    // Over by the clock of this machine, but not when the server answered.
    this.#early = waitMs > 0 ? 0 : this.#early + 1;
    const delayMs = waitMs > 0 ? waitMs : Math.min(MAX_EARLY_MS, EARLY_MS * 2 ** Math.min(this.#early, 10));
    this.#changeTimer = setTimeout(() => void this.#reload(), Math.min(MAX_TIMER_MS, delayMs + SLACK_MS));
  }

  #set(change: Partial<InboxState>): void {
    const isFollowing = this.#unfollow !== null && this.client.state.status === 'live';
    this.#state = { ...this.#state, ...change, live: isFollowing };
    this.#redraw.request();
  }
}
