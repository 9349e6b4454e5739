import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { loadCatalogues } from './text/catalogue';

/** While the server does not answer, a part is asked for so often. */
const RETRY_MS = 2_000;

const parts = new Set<() => Promise<unknown>>();

/**
 * A part of the page whose code and words come when it is first shown, or before that in a quiet moment (`loadParts`). Without
 * a network it is waited for: what is on the screen stays. Throws `ChunkLoadError` only when the server answers and
 * does not have it, because it serves a newer console by now.
 */
export const lazily = <Props extends object>(
  loadCode: () => Promise<ComponentType<Props>>,
  loading: () => ReactNode = () => null,
) => {
  const load = async () => {
    const part = await loadCode();
    await loadCatalogues();
    return part;
  };
  parts.add(load);
  const Part = lazy(async () => ({ default: await untilLoaded(load) }));
  return (props: Props) => (
    <Suspense fallback={loading()}>
      <Part {...props} />
    </Suspense>
  );
};

/** What `loadParts` leaves in the browser's timeline when nothing is left to load. */
export const PARTS_LOADED = 'wardbell:parts-loaded';

/** Loads what the present room may come to need, so that it is there when the network is not. */
export const loadParts = async (): Promise<void> => {
  for (const load of parts) {
    try {
      await load();
      parts.delete(load);
    } catch {
      return; // it is asked for again when it is shown
    }
  }
  performance.mark(PARTS_LOADED);
};

const untilLoaded = async <T,>(load: () => Promise<T>): Promise<T> => {
  for (let refusals = 0; ; ) {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ChunkLoadError') throw error;
      if (!(await serverAnswers())) await networkMayBeBack();
      else if (++refusals > 1) throw error;
    }
  }
};

const serverAnswers = async (): Promise<boolean> => {
  try {
    return (await fetch('/health/live', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
};

const networkMayBeBack = (): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, RETRY_MS);
    addEventListener('online', done);
  });
