/** The value at a path such as `realm_access.role`. */
export const claimAt = (claims: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        value instanceof Object && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined,
      claims,
    );
