/** What an instance tells the others: new heads of tenants, and that there are disconnect orders. */
export interface Doorbell {
  readonly heads: ReadonlyMap<string, number>;
  readonly orders: boolean;
}

export type DoorbellListener = (doorbell: Doorbell) => void;

/**
 * Carries doorbells between instances. It may lose, repeat and reorder them: whoever listens also sweeps.
 * An instance does not hear itself.
 */
export abstract class Bus {
  /** Calls `listener` for each doorbell of another instance. */
  abstract onDoorbell(listener: DoorbellListener): void;
  /** Tells the others that this tenant's log has grown to `head`. Never waits, never throws. */
  abstract ring(tenantId: string, head: number): void;
  /** Tells the others to look for disconnect orders. Never waits, never throws. */
  abstract ringOrders(): void;
  /** Is it connected now? */
  abstract readonly connected: boolean;
}
