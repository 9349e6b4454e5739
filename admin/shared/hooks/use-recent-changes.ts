import type { EventName, EventOf } from '@wardbell/client';
import { useEvents } from '@wardbell/client/react';
import { useEffect, useRef, useState } from 'react';

/** How long a changed row is marked, in milliseconds; the animation in `grid.module.css` lasts as long. */
export const MARKED_MS = 4_000;
/** Rows marked at once: a burst of more says "everything", not "look here". */
const MAX_MARKED = 500;

export interface Mark {
  readonly kind: 'created' | 'updated';
  /** Tells one change of a row from the next. */
  readonly version: number;
  /** Who made it, as far as the stream says. */
  readonly actorId?: string | undefined;
}

/** Objects of which it is remembered who changed them last. */
const MAX_REMEMBERED = 1_000;
const lastChanges = new Map<string, Mark>();
const remember = (id: string, mark: Mark): void => {
  lastChanges.delete(id);
  lastChanges.set(id, mark);
  const [oldest] = lastChanges.keys();
  if (lastChanges.size > MAX_REMEMBERED && oldest !== undefined) lastChanges.delete(oldest);
};

/** Who made this version of an object, if this page was there when it was made. */
export const actorOf = ({ id, version }: { readonly id: string; readonly version: number }) => {
  const last = lastChanges.get(id);
  return last?.version === version ? last.actorId : undefined;
};

/** Marks objects for a moment when the stream says that they changed, by id. */
export const useRecentChanges = <Type extends EventName>(
  types: readonly Type[],
  read: (event: EventOf<Record<never, object>, Type>) => (Mark & { readonly id: string }) | undefined,
): ReadonlyMap<string, Mark> => {
  const [marks, setMarks] = useState<ReadonlyMap<string, Mark>>(new Map());
  const waiting = useRef(new Map<string, Mark>());
  const frame = useRef<number | undefined>(undefined);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());

  useEffect(() => {
    const pending = timers.current;
    return () => {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
      if (frame.current !== undefined) cancelAnimationFrame(frame.current);
    };
  }, []);

  const flush = () => {
    frame.current = undefined;
    const fresh = new Map([...waiting.current].slice(-MAX_MARKED));
    waiting.current.clear();
    setMarks((current) => new Map([...current, ...fresh].slice(-MAX_MARKED)));
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      setMarks((current) => new Map([...current].filter(([id, mark]) => fresh.get(id) !== mark)));
    }, MARKED_MS);
    timers.current.add(timer);
  };

  useEvents(types, (event) => {
    const change = read(event);
    if (!change) return;
    waiting.current.set(change.id, change);
    remember(change.id, change);
    frame.current ??= requestAnimationFrame(flush);
  });

  return marks;
};
