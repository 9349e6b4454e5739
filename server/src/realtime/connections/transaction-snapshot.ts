/**
 * True when a transaction is visible in a snapshot.
 * @param snapshot as `pg_current_snapshot()` prints it: `xmin:xmax:xid,xid,…`
 * @param xid id of the transaction
 */
export const isVisible = (snapshot: string, xid: bigint): boolean => {
  const [xmin = '0', xmax = '0', open = ''] = snapshot.split(':');
  if (xid < BigInt(xmin)) return true;
  return xid < BigInt(xmax) && !open.split(',').includes(String(xid));
};
