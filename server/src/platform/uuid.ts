/** The text of a UUID (RFC 9562, 4), whatever its version. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The nil UUID (RFC 9562, 5.9): sorts before every other, and stands for "no tenant" where a key needs a value. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** True if PostgreSQL accepts it as `uuid`. Subjects of an identity provider may be any string. */
export const isUuid = (value: string): boolean => UUID.test(value);

/**
 * A user id in the spelling in which ids are compared: UUIDs, as ours are, in lower case, and the subjects of identity
 * providers byte by byte.
 */
export const toUserId = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id);
