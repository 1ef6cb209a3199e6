/**
 * The browsers of these tests. Both run without a window, and ask for nothing on the network.
 *
 * @module
 */
import puppeteer, { type Browser, type Page } from "puppeteer-core";

/** Where Debian's packages `chromium` and `firefox-esr` put each browser. */
const PATHS = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" } as const;

/** A browser by its name. */
export type BrowserName = keyof typeof PATHS;

/** The names of both browsers. */
export const browserNames = Object.keys(PATHS) as BrowserName[];

/** Chromium takes an adapter in software, so that WebGPU runs where there is no GPU. */
const CHROMIUM = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/** Why a browser cannot be tested here; undefined if it can. */
export function reasonAgainst(name: BrowserName): string | undefined {
  try {
    Deno.statSync(PATHS[name]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${PATHS[name]} is not installed`;
    throw error;
  }
}

/** Starts a browser. `await using` closes it. */
export async function launch(name: BrowserName): Promise<Browser> {
  return await puppeteer.launch({
    browser: name === "chromium" ? "chrome" : "firefox",
    executablePath: PATHS[name],
    headless: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: name === "chromium" ? CHROMIUM : [],
  });
}

/** A page, and what went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  /** The errors that the page has reported. */
  readonly errors: string[];
  /** Fails as soon as a script of the page does. */
  readonly broken: Promise<never>;
}

/** Opens a new page. */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const page = await browser.newPage();
  const errors: string[] = [];
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {}); // for tests that do not wait for it
  page.on("pageerror", (error) => {
    errors.push(String(error));
    reject(error);
  });
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return { page, errors, broken };
}
