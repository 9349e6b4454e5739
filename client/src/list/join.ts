import { backoffMs } from '../backoff.js';
import type { NumberedEvent } from '../events.js';
import type { Client } from '../options.js';
import type { LiveRow } from './changes.js';
import { dedupe } from './dedupe.js';
import { fold, type Numbered, type PageMeta } from './fold.js';
import { Redraw } from './frame.js';
import type { ListRules, LivePage } from './page.js';

/** Maximum number of changes that wait for the next draw. Beyond it they are applied at once. */
const MAX_PENDING = 5_000;
/** First delay between repeated reloads of a list; it doubles each time. */
const RELOAD_BASE_MS = 500;
const RELOAD_MAX_MS = 10_000;
/** After this time joined, the next reload is immediate again. */
const SETTLED_MS = 5_000;
/** Delay of a reload for changes that only the server can decide, so that several share one reload. */
const UNSURE_MS = 300;

/** Storage of the joined pages. */
export interface PageStore<Page> {
  read(): readonly Page[];
  /** Stores these objects without copying, because metadata is looked up by object identity. */
  write(pages: readonly Page[]): void;
  /** Loads the list again. The caller then calls `attach`. */
  reload(): Promise<unknown>;
  /** True when all pages will be loaded, so that a row may be shown before its page. */
  readonly loadsAll?: boolean;
}

/** Joins loaded pages with the stream, each from the position of its snapshot. */
export class Join<Row extends LiveRow, Page extends LivePage<Row>> {
  /** How events change this list. May be replaced at any time by equivalent rules. */
  rules: ListRules<Row>;
  readonly #metaByPage = new WeakMap<Page, PageMeta<Row>>();
  /** The pages that follow the stream. The store may hold newer or older ones. */
  #joined: readonly Page[] = [];
  #pending: Numbered<Row>[] = [];
  /** The last received sequence number, and the last one that the pages contain. */
  #receivedSeq = 0;
  #flushedSeq = 0;
  readonly #redraw = new Redraw(() => this.#flush());
  #unfollow: (() => void) | null = null;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;
  #reloads = 0;
  #active = false;
  #attachedAtMs = 0;

  constructor(
    private readonly client: Pick<Client, 'follow'>,
    rules: ListRules<Row>,
    private readonly store: PageStore<Page>,
    private readonly onFollowing: () => void,
  ) {
    this.rules = rules;
  }

  /** False until pages are joined, and while they are reloaded. */
  get following(): boolean {
    return this.#unfollow !== null;
  }

  /** Joins the pages in the store, after a load and when the list is shown again. */
  attach(): void {
    this.#active = true;
    this.#leave();
    const loaded = this.store.read();
    const [first] = loaded;
    if (!first) return;
    const pages = dedupe(loaded);
    if (pages !== loaded) this.#write(loaded, pages);
    if (pages.some(({ epoch }) => epoch !== first.epoch)) {
      this.#resync();
      return;
    }
    this.#flushedSeq = Math.min(...pages.map((page) => this.#metaOf(page).seq));
    this.#receivedSeq = this.#flushedSeq;
    this.#attachedAtMs = Date.now();
    let refused = false;
    const unfollow = this.client.follow(
      { seq: this.#flushedSeq, epoch: first.epoch },
      {
        event: (event) => this.#event(event),
        position: (seq) => this.#position(seq),
        resync: () => {
          refused = true;
          this.#resync();
        },
      },
    );
    if (refused) return;
    this.#unfollow = unfollow;
    this.#joined = pages;
    // Changes since the load must be in the first paint.
    this.#flush();
    this.onFollowing();
  }

  /** Loads the list for the first time and retries until it succeeds. */
  load(): void {
    this.#active = true;
    this.#reloadIn(this.#delayMs());
  }

  /** Stops following. The metadata of the pages is kept for when the list is shown again. */
  detach(): void {
    this.#active = false;
    clearTimeout(this.#reloadTimer);
    this.#leave();
  }

  #leave(): void {
    this.#redraw.cancel();
    this.#pending = [];
    if (!this.#unfollow) return;
    this.#unfollow();
    this.#unfollow = null;
    this.#recordFlushedSeq();
    this.#joined = [];
  }

  #metaOf(page: Page): PageMeta<Row> {
    let meta = this.#metaByPage.get(page);
    if (!meta) {
      meta = { seq: page.seq, boundary: page.next ? page.data.at(-1) : undefined };
      this.#metaByPage.set(page, meta);
    }
    return meta;
  }

  /**
   * Records that the joined pages are complete up to the last flush. Also for pages that are about to be replaced,
   * because a running load of the next page still holds them and will store them again.
   */
  #recordFlushedSeq(): void {
    for (const page of this.#joined) {
      const { seq, boundary } = this.#metaOf(page);
      if (seq < this.#flushedSeq) this.#metaByPage.set(page, { seq: this.#flushedSeq, boundary });
    }
  }

  /** Replaces pages and copies their metadata. */
  #write(before: readonly Page[], after: readonly Page[]): void {
    after.forEach((page, index) => {
      const old = before[index];
      if (old && old !== page) this.#metaByPage.set(page, this.#metaOf(old));
    });
    this.store.write(after);
  }

  #event(event: NumberedEvent): void {
    this.#receivedSeq = event.seq;
    const change = this.rules.changes(event);
    if (change) this.#pending.push({ seq: event.seq, change });
    if (this.#pending.length === 0) this.#flushedSeq = event.seq;
    else if (this.#pending.length >= MAX_PENDING) this.#flush();
    else this.#redraw.request();
  }

  #position(seq: number): void {
    this.#receivedSeq = seq;
    if (this.#pending.length === 0) this.#flushedSeq = seq;
  }

  #flush(): void {
    const changes = this.#pending;
    this.#pending = [];
    if (changes.length > 0) {
      const before = this.store.read();
      this.#recordFlushedSeq();
      const metas = before.map((page) => this.#metaOf(page));
      const { pages, unsure } = fold(before, changes, this.rules, metas, this.store.loadsAll);
      if (pages !== before) {
        this.#joined = pages;
        this.#write(before, pages);
      }
      if (unsure) this.#reloadIn(UNSURE_MS);
    }
    this.#flushedSeq = this.#receivedSeq;
  }

  #resync(): void {
    this.#leave();
    if (Date.now() - this.#attachedAtMs > SETTLED_MS) this.#reloads = 0;
    this.#reloadIn(this.#delayMs());
    this.onFollowing();
  }

  #delayMs(): number {
    this.#reloads += 1;
    return this.#reloads === 1 ? 0 : backoffMs(this.#reloads, Math.random(), RELOAD_BASE_MS, RELOAD_MAX_MS);
  }

  #reloadIn(delayMs: number): void {
    clearTimeout(this.#reloadTimer);
    this.#reloadTimer = setTimeout(() => {
      this.#reloadTimer = undefined;
      const again = () => {
        if (this.#active && !this.following && this.#reloadTimer === undefined)
          this.#reloadIn(this.#delayMs());
      };
      this.store.reload().then(again, again);
    }, delayMs);
  }
}
