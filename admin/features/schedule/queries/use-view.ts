import { useSearchParams } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import { isCalendarDate } from '../../../shared/forms/calendar-days';
import { FILTER_FIELDS, type Filter, isFiltered } from '../model/filter';

export type Grouping = 'practitioner' | 'room';
export type Span = 'day' | 'week';

/** What of the schedule is shown. It stands in the address, which says nothing about a person. */
export interface View {
  readonly date: string;
  readonly span: Span;
  readonly by: Grouping;
  readonly withCancelled: boolean;
  readonly filter: Filter;
  /** The appointment whose details are open. */
  readonly openId: string | null;
}

const FILTERED = ['practitioner', 'room', 'type', 'status'] as const;

const addressOf = (view: View, today: string): string => {
  const query = new URLSearchParams();
  // Without a date the address means today, also tomorrow.
  if (view.date !== today) query.set('date', view.date);
  if (view.span === 'week') query.set('span', 'week');
  if (view.by === 'room') query.set('by', 'room');
  if (view.withCancelled) query.set('cancelled', 'shown');
  for (const field of FILTER_FIELDS) {
    const key = view.filter[field];
    if (key !== null) query.set(field, key);
  }
  if (view.openId !== null) query.set('id', view.openId);
  return `/schedule/${query.size > 0 ? `?${query}` : ''}`;
};

/** Each change is a step that the browser's back button undoes, unless it replaces the present one. */
export type ChangeView = (change: Partial<View>, how?: 'push' | 'replace') => void;

/**
 * The view, and how to change it. Written past the router, which would ask the server for the same page again.
 * @param initialFilter the filter of an address that has none, when the page is opened
 */
export const useView = (today: string, initialFilter: Filter): readonly [View, ChangeView] => {
  const query = useSearchParams();
  const asked = query.get('date');
  const [practitioner, room, type, status] = FILTERED.map((field) => query.get(field) || null);
  const filter = useMemo(
    (): Filter => ({
      practitioner: practitioner ?? null,
      room: room ?? null,
      type: type ?? null,
      status: status ?? null,
    }),
    [practitioner, room, type, status],
  );
  const inAddress: View = {
    date: isCalendarDate(asked) ? asked : today,
    span: query.get('span') === 'week' ? 'week' : 'day',
    by: query.get('by') === 'room' ? 'room' : 'practitioner',
    withCancelled: query.get('cancelled') === 'shown',
    filter,
    openId: query.get('id'),
  };
  // The router follows the address a moment later; a box that is ticked has to look so at once.
  const current = addressOf(inAddress, today);
  const [ahead, setAhead] = useState<{ readonly of: string; readonly view: View } | null>(() =>
    isFiltered(initialFilter) && !isFiltered(inAddress.filter)
      ? { of: current, view: { ...inAddress, filter: initialFilter } }
      : null,
  );
  const view = ahead?.of === current ? ahead.view : inAddress;
  const change: ChangeView = (changed, how = 'push') => {
    const next = { ...view, ...changed };
    const address = addressOf(next, today);
    if (address === addressOf(view, today)) return;
    setAhead({ of: current, view: next });
    if (how === 'push') window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, so that the address says what is shown
  useEffect(() => {
    if (view !== inAddress) window.history.replaceState(null, '', addressOf(view, today));
  }, []);
  useEffect(() => {
    // It has arrived: going back to the same address later must mean what it says.
    setAhead((known) => (known && known.of !== current ? null : known));
  }, [current]);
  return [view, change];
};
