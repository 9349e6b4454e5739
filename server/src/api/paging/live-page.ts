/** A page of a list with the stream position of its snapshot: connect with `since=<seq>&epoch=<epoch>`. */
export interface LivePage<T> {
  readonly data: readonly T[];
  readonly next: string | null;
  readonly seq: number;
  readonly epoch: string;
  /** The number of rows on all pages, when it was asked for. */
  readonly total?: number;
}
