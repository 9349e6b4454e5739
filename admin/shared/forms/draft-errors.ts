/** Errors of a form's fields, in words. */
export type FieldErrors<Field extends string> = Partial<Record<Field, string>>;

/** What zod says of a field, as far as words depend on it. */
export interface FieldIssue {
  readonly code: string;
  readonly maximum?: number | bigint;
}

/** Tells the fields of a draft from anything else, by an empty one. */
export const fieldsOf =
  <Draft extends object>(empty: Draft) =>
  (name: unknown): name is keyof Draft & string =>
    typeof name === 'string' && name in empty;

/** Adds the first issue of each field that has no error yet, in words. */
export const addIssues = <Field extends string>(
  errors: FieldErrors<Field>,
  issues: readonly (FieldIssue & { readonly path: readonly PropertyKey[] })[] | undefined,
  isField: (name: unknown) => name is Field,
  describe: (field: Field, issue: FieldIssue) => string,
): void => {
  for (const issue of issues ?? []) {
    const field = issue.path[0];
    if (isField(field)) errors[field] ??= describe(field, issue);
  }
};

/** Fields that the server refused, by the first part of their path that `fieldOf` knows. */
export const errorsAt = <Field extends string>(
  refused: readonly { readonly path: string }[],
  fieldOf: (part: string) => Field | undefined,
  word: string,
): FieldErrors<Field> => {
  const errors: FieldErrors<Field> = {};
  for (const { path } of refused) {
    const field = path
      .split(/[./]/)
      .map(fieldOf)
      .find((known) => known !== undefined);
    if (field !== undefined) errors[field] ??= word;
  }
  return errors;
};
