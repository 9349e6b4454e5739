import { backoffMs } from '../backoff.js';
import type { NumberedEvent } from '../events.js';
import type { Client } from '../options.js';
import type { LiveRow } from './changes.js';
import { dedupe } from './dedupe.js';
import { fold, type Knowledge, type Numbered } from './fold.js';
import { beforeNextPaint } from './frame.js';
import type { ListRules, LivePage } from './page.js';

/** Changes that wait for the next paint at most; more are applied at once. */
const MAX_PENDING = 5_000;
/** A list that has to be loaded again and again waits a little longer each time. */
const RELOAD_BASE_MS = 500;
const RELOAD_MAX_MS = 10_000;
/** Joined for this long, the next reload is at once again. */
const SETTLED_MS = 5_000;
/** Changes that only the server can judge are gathered before it is asked. */
const UNSURE_MS = 300;

/** Where the joined pages are kept. */
export interface PageStore<Page> {
  read(): readonly Page[];
  /** Stores these very objects: what is known of a page goes by its identity. */
  write(pages: readonly Page[]): void;
  /** Loads the list again; `attach` is to be called when it is there. */
  reload(): Promise<unknown>;
  /** Every page is going to be loaded: a row that is not there yet may be shown before its page is. */
  readonly loadsAll?: boolean;
}

/** Joins loaded pages with the stream, each from the position of its own snapshot on. */
export class Join<Row extends LiveRow, Page extends LivePage<Row>> {
  /** How events change this list; may be replaced at any time by rules that mean the same. */
  rules: ListRules<Row>;
  readonly #knowledge = new WeakMap<Page, Knowledge<Row>>();
  /** The pages that follow the stream: what the store holds may be newer, or older again. */
  #joined: readonly Page[] = [];
  #pending: Numbered<Row>[] = [];
  /** What was heard, and what of it is in the pages. */
  #heardSeq = 0;
  #flushedSeq = 0;
  #cancelFlush: (() => void) | null = null;
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

  /** False until pages are joined, and again while they have to be loaded anew. */
  get following(): boolean {
    return this.#unfollow !== null;
  }

  /** Joins what the store holds now: after a load, and when the list is shown again. */
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
    this.#flushedSeq = Math.min(...pages.map((page) => this.#known(page).seq));
    this.#heardSeq = this.#flushedSeq;
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
    // What came since the load must be in the very first paint.
    this.#flush();
    this.onFollowing();
  }

  /** Loads the list for the first time, again and again until that succeeds. */
  load(): void {
    this.#active = true;
    this.#reloadIn(this.#delayMs());
  }

  /** Stops following; what is known of the pages stays, for when the list is shown again. */
  detach(): void {
    this.#active = false;
    clearTimeout(this.#reloadTimer);
    this.#leave();
  }

  #leave(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#pending = [];
    if (!this.#unfollow) return;
    this.#unfollow();
    this.#unfollow = null;
    this.#learn();
    this.#joined = [];
  }

  #known(page: Page): Knowledge<Row> {
    let known = this.#knowledge.get(page);
    if (!known) {
      known = { seq: page.seq, boundary: page.next ? page.data.at(-1) : undefined };
      this.#knowledge.set(page, known);
    }
    return known;
  }

  /**
   * The joined pages are complete as far as was flushed. Also said of those that are about to be replaced: a load
   * of the next page that has begun still holds them and will bring them back.
   */
  #learn(): void {
    for (const page of this.#joined) {
      const { seq, boundary } = this.#known(page);
      if (seq < this.#flushedSeq) this.#knowledge.set(page, { seq: this.#flushedSeq, boundary });
    }
  }

  /** Stores pages in the place of others, of which the same is known. */
  #write(before: readonly Page[], after: readonly Page[]): void {
    after.forEach((page, index) => {
      const old = before[index];
      if (old && old !== page) this.#knowledge.set(page, this.#known(old));
    });
    this.store.write(after);
  }

  #event(event: NumberedEvent): void {
    this.#heardSeq = event.seq;
    const change = this.rules.changes(event);
    if (change) this.#pending.push({ seq: event.seq, change });
    if (this.#pending.length === 0) this.#flushedSeq = event.seq;
    else if (this.#pending.length >= MAX_PENDING) this.#flush();
    else this.#cancelFlush ??= beforeNextPaint(() => this.#flush());
  }

  #position(seq: number): void {
    this.#heardSeq = seq;
    if (this.#pending.length === 0) this.#flushedSeq = seq;
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const changes = this.#pending;
    this.#pending = [];
    if (changes.length > 0) {
      const before = this.store.read();
      this.#learn();
      const known = before.map((page) => this.#known(page));
      const { pages, unsure } = fold(before, changes, this.rules, known, this.store.loadsAll);
      if (pages !== before) {
        this.#joined = pages;
        this.#write(before, pages);
      }
      if (unsure) this.#reloadIn(UNSURE_MS);
    }
    this.#flushedSeq = this.#heardSeq;
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
