/** What a run found, each kind of finding once with an example. */
export class Findings {
  readonly #examples = new Map<string, { count: number; readonly example: string }>();

  add(kind: string, example: string): void {
    const known = this.#examples.get(kind);
    if (known) known.count += 1;
    else this.#examples.set(kind, { count: 1, example: example.slice(0, 2_000) });
  }

  list(): readonly string[] {
    return [...this.#examples].map(([kind, { count, example }]) => `${count} × ${kind}, such as ${example}`);
  }
}
