/** Runs checks one after the other and counts them; the next one runs although one failed. */
export class Checks {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** @returns whether it passed. */
  async check(title: string, body: () => Promise<void>): Promise<boolean> {
    const startedMs = performance.now();
    const took = (): string => `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
    try {
      await body();
      this.#passed += 1;
      console.log(`passed  ${title} (${took()})`);
      return true;
    } catch (error) {
      this.#failed += 1;
      console.log(`FAILED  ${title} (${took()})\n${error instanceof Error ? error.stack : String(error)}`);
      return false;
    }
  }

  skip(title: string, reason: string): void {
    this.#skipped += 1;
    console.log(`SKIPPED ${title}: ${reason}`);
  }

  /** Prints the counts as the last line; answers the exit code. With `CI=true` nothing may be skipped. */
  summarise(): number {
    console.log(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    return this.#failed > 0 || (process.env['CI'] === 'true' && this.#skipped > 0) ? 1 : 0;
  }
}
