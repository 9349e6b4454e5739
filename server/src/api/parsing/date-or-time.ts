/** A bound of a list as sent: an instant, or a date, which means its start in the time zone of the clinic. */
export interface Bound {
  readonly instant: string | null;
  readonly date: string | null;
}

export const boundOf = (value: string | undefined): Bound => {
  if (value === undefined) return { instant: null, date: null };
  return value.includes('T') ? { instant: value, date: null } : { instant: null, date: value };
};
