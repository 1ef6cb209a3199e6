/**
 * Browsers for tests: Chromium and Firefox as Debian installs them, without a window.
 *
 * @module
 */
import { type Browser, launch } from "puppeteer-core";

/** The names of the browsers. */
export type BrowserName = "chromium" | "firefox";

const PATHS: Readonly<Record<BrowserName, string>> = {
  chromium: "/usr/bin/chromium",
  firefox: "/usr/bin/firefox-esr",
};

/** `--enable-unsafe-webgpu` gives an adapter in software where there is no GPU. */
const CHROMIUM_FLAGS = [
  ...["--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-webgpu"],
  ...["--disable-background-networking", "--no-first-run", "--disable-component-update"],
  "--disable-sync",
];

/** Whether a browser is installed here. Where it is not, the reason is printed. */
export function isInstalled(name: BrowserName): boolean {
  try {
    Deno.statSync(PATHS[name]);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.warn(`skipped: ${name} is not installed in ${PATHS[name]}`);
    return false;
  }
}

/** Starts a browser; close it at the end. */
export const openBrowser = (name: BrowserName): Promise<Browser> =>
  launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath: PATHS[name],
    headless: true,
    args: name === "chromium" ? CHROMIUM_FLAGS : [],
  });
