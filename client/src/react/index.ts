export type {
  Connection,
  Live,
  LiveInfiniteQueryResult,
  LiveQueryContext,
  LiveQueryOptions,
  LiveQueryResult,
} from './options.js';
