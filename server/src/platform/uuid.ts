const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** May PostgreSQL take it as `uuid`? Subjects of an identity provider may be any string. */
export const isUuid = (value: string): boolean => UUID.test(value);
