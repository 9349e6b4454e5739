/** The same fields, none of them undefined. */
export type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Removes undefined fields, so that spreading the result over another object does not overwrite its fields. */
export const defined = <T extends object>(value: T): Defined<T> => {
  const kept: Defined<T> = { ...value };
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) Reflect.deleteProperty(kept, key);
  }
  return kept;
};
