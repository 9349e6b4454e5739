/** The same fields, none of them undefined. */
export type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** A field that is present but undefined is absent, so that spreading it over another object changes nothing. */
export const defined = <T extends object>(value: T): Defined<T> => {
  const kept: Defined<T> = { ...value };
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) Reflect.deleteProperty(kept, key);
  }
  return kept;
};
