/** A bound of a list as it was sent: an instant, or a date that means its start where the clinic is. */
export interface Bound {
  readonly instant: string | null;
  readonly date: string | null;
}

export const boundOf = (value: string | undefined): Bound => {
  if (value === undefined) return { instant: null, date: null };
  return value.includes('T') ? { instant: value, date: null } : { instant: null, date: value };
};
