import { useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { isCalendarDate } from '../model/clock';

export type Grouping = 'practitioner' | 'room';

/** What of the schedule is shown. It stands in the address, which says nothing about a person. */
export interface View {
  readonly date: string;
  readonly by: Grouping;
  readonly withCancelled: boolean;
  /** The appointment whose details are open. */
  readonly openId: string | null;
}

const addressOf = (view: View, today: string): string => {
  const query = new URLSearchParams();
  // Without a date the address means today, also tomorrow.
  if (view.date !== today) query.set('date', view.date);
  if (view.by === 'room') query.set('by', 'room');
  if (view.withCancelled) query.set('cancelled', 'shown');
  if (view.openId !== null) query.set('id', view.openId);
  return `/schedule/${query.size > 0 ? `?${query}` : ''}`;
};

/** The view, and how to change it. Written past the router, which would ask the server for the same page again. */
export const useView = (today: string): readonly [View, (change: Partial<View>) => void] => {
  const query = useSearchParams();
  const asked = query.get('date');
  const inAddress: View = {
    date: isCalendarDate(asked) ? asked : today,
    by: query.get('by') === 'room' ? 'room' : 'practitioner',
    withCancelled: query.get('cancelled') === 'shown',
    openId: query.get('id'),
  };
  // The router follows the address a moment later; a box that is ticked has to look so at once.
  const [ahead, setAhead] = useState<{ readonly of: string; readonly view: View } | null>(null);
  const current = addressOf(inAddress, today);
  const view = ahead?.of === current ? ahead.view : inAddress;
  const change = (changed: Partial<View>) => {
    const next = { ...view, ...changed };
    const address = addressOf(next, today);
    if (address === addressOf(view, today)) return;
    setAhead({ of: current, view: next });
    window.history.pushState(null, '', address);
  };
  useEffect(() => {
    // It has arrived: going back to the same address later must mean what it says.
    setAhead((known) => (known && known.of !== current ? null : known));
  }, [current]);
  return [view, change];
};
