import { Counter, Gauge, type Registry } from 'prom-client';

/** The counters of a bus, which are read at each scrape. */
export interface WatchedBus {
  readonly kind: string;
  readonly connected: boolean;
  readonly traffic: {
    readonly messagesSent: number;
    readonly bytesSent: number;
    readonly messagesReceived: number;
    readonly bytesReceived: number;
    readonly refused: number;
  };
}

/** Registers the metrics of a bus. */
export function watchBus(registry: Registry, bus: WatchedBus): void {
  const { kind, traffic } = bus;
  new Gauge({
    name: 'bus_connected',
    help: 'Whether this instance is connected to the bus between instances',
    labelNames: ['bus'],
    registers: [registry],
    collect() {
      this.set({ bus: kind }, bus.connected ? 1 : 0);
    },
  });
  const count = (name: string, help: string, read: () => Readonly<Record<string, number>>) =>
    new Counter({
      name,
      help,
      labelNames: ['direction'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [direction, value] of Object.entries(read())) this.inc({ direction }, value);
      },
    });
  count('bus_messages_total', 'Messages between instances; refused: not from one of ours', () => ({
    sent: traffic.messagesSent,
    received: traffic.messagesReceived,
    refused: traffic.refused,
  }));
  count('bus_bytes_total', 'Bytes of messages between instances', () => ({
    sent: traffic.bytesSent,
    received: traffic.bytesReceived,
  }));
}
