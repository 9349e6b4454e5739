type Value = string | number;
type Details = Readonly<Record<string, Value>>;

/** A setting before and after; null: it had or has no value. */
export interface FieldChange {
  readonly field: string;
  readonly before: Value | null;
  readonly after: Value | null;
}

const CHANGE = /^(?:old|new)\.(.+)$/;

/** The old and new values in the details of an entry, by field, and what else is in them. */
export const splitDetails = (
  details: Details | null,
): { readonly changes: readonly FieldChange[]; readonly others: readonly (readonly [string, Value])[] } => {
  const entries = Object.entries(details ?? {});
  const fields = new Set(entries.flatMap(([name]) => CHANGE.exec(name)?.[1] ?? []));
  return {
    changes: [...fields].map((field) => ({
      field,
      before: details?.[`old.${field}`] ?? null,
      after: details?.[`new.${field}`] ?? null,
    })),
    others: entries.filter(([name]) => !CHANGE.test(name)),
  };
};

/** The last part of a field, which has a word: `limits.max_connections` has that of `max_connections`. */
export const wordOf = (field: string): string => field.slice(field.lastIndexOf('.') + 1);
