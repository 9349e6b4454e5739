import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  ConsoleMessage,
  Locator,
  Page,
} from 'playwright-core';
import type { RunningServer } from '../../support/server.js';
import type { TestUser } from '../../support/tenant.js';

/** Chromium's warning about a page whose scripts need seconds to start, as on a busy machine. */
const LATE_PRELOAD = /was preloaded using link preload but not used within a few seconds/;

/** Reports texts of a catalogue that are shown with their placeholders. Runs in the page. */
const reportUnformatted = () => {
  const reported = new Set<string>();
  const look = () => {
    const [raw] = /\{\w+(?:, (?:plural|select),|\})/.exec(document.body?.innerText ?? '') ?? [];
    if (raw === undefined || reported.has(raw)) return;
    reported.add(raw);
    console.error(`an unformatted message: ${raw}`);
  };
  setInterval(look, 500);
};

/** A person before the console: what they see, and what the browser complained about meanwhile. */
export class ConsolePage {
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly url: string,
  ) {
    page.on('console', (message) => this.#collect(message));
    page.on('pageerror', (error) => this.complaints.push(`${error.name}: ${error.message}`));
  }

  /** Opens the console in a browser profile of its own. */
  static async open(
    browser: Browser,
    server: Pick<RunningServer, 'url'>,
    options: BrowserContextOptions = {},
  ): Promise<ConsolePage> {
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'America/New_York',
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    await context.addInitScript(reportUnformatted);
    const opened = new ConsolePage(await context.newPage(), context, server.url);
    await opened.page.goto(server.url);
    return opened;
  }

  /** Another tab of the same profile. */
  async openTab(path = '/'): Promise<ConsolePage> {
    const tab = new ConsolePage(await this.context.newPage(), this.context, this.url);
    await tab.page.goto(`${this.url}${path}`);
    return tab;
  }

  async signIn({ email, password }: Pick<TestUser, 'email' | 'password'>): Promise<this> {
    await this.page.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.indicator.waitFor();
    return this;
  }

  get indicator(): Locator {
    return this.page.getByRole('button', { name: /^Connection: / });
  }

  /** Waits until the indicator says this. */
  async untilConnection(label: string | RegExp): Promise<void> {
    await this.page
      .getByRole('button', { name: typeof label === 'string' ? `Connection: ${label}` : label })
      .waitFor();
  }

  /** Waits until everything that a page loads in a quiet moment is here, so that it is at hand without the network. */
  async untilPartsLoaded(): Promise<void> {
    await this.page.waitForFunction(() => performance.getEntriesByName('wardbell:parts-loaded').length > 0);
  }

  /** A row of the patient list by any text in it. */
  row(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  close(): Promise<void> {
    return this.context.close();
  }

  #collect(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (!LATE_PRELOAD.test(message.text())) this.complaints.push(message.text());
  }
}
