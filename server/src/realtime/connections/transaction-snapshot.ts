/**
 * Did a statement see what a transaction committed?
 * @param snapshot the statement's, as `pg_current_snapshot()` prints it: `xmin:xmax:xid,xid,…`
 * @param xid of the transaction
 */
export const sees = (snapshot: string, xid: bigint): boolean => {
  const [xmin = '0', xmax = '0', open = ''] = snapshot.split(':');
  if (xid < BigInt(xmin)) return true;
  return xid < BigInt(xmax) && !open.split(',').includes(String(xid));
};
