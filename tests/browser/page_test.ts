/**
 * The page in Chromium and Firefox, driven as a reader would.
 *
 * @module
 */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { buildPage, type PageFiles } from "../../experiments/page/build.ts";
import { answer } from "../../experiments/page/serve.ts";
import { type BrowserName, browserNames, launch, openPage, reasonAgainst } from "./browsers.ts";

let files: PageFiles | undefined;

/** A page in a browser, and how to stop its host. */
interface Opened {
  page: Page;
  stopServer(): Promise<void>;
}

/** @param isolated whether the host sends the headers for threads */
async function withPage(
  name: BrowserName,
  hash: string,
  isolated: boolean,
  test: (opened: Opened) => Promise<void>,
): Promise<void> {
  const own = files ??= await buildPage();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(own, request, isolated),
  );
  await using browser = await launch(name);
  try {
    const { page, errors } = await openPage(browser);
    await page.goto(`http://127.0.0.1:${server.addr.port}/#${hash}`);
    await test({ page, stopServer: () => server.shutdown() });
    assertEquals(errors, []);
  } finally {
    await server.shutdown();
  }
}

/** A test of the page in a browser; where that is missing, the reason is printed. */
function testIn(browser: BrowserName, what: string, fn: () => Promise<void>): void {
  const reason = reasonAgainst(browser);
  if (reason !== undefined) console.warn(`skipped the page in ${browser}: ${reason}`);
  // The driver keeps timers and sockets beyond a test.
  const options = { ignore: reason !== undefined, sanitizeOps: false, sanitizeResources: false };
  Deno.test({ name: `page in ${browser}: ${what}`, ...options, fn });
}

const textOf = (page: Page, id: string): Promise<string> =>
  page.$eval(`#${id}`, (element) => element.textContent ?? "");
const numberOf = async (page: Page, id: string) => Number((await textOf(page, id)).split(" ")[0]);
const stepOf = async (page: Page): Promise<number> =>
  Number(/^step ([\d,]+)/.exec(await textOf(page, "where"))?.[1].replaceAll(",", "") ?? -1);

/** Waits until the run has come to a step. */
async function untilStep(page: Page, step: number): Promise<void> {
  const end = Date.now() + 90_000;
  while (await stepOf(page) < step) {
    assert(Date.now() < end, `after 90 seconds: ${await textOf(page, "where")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sets a slider as a hand would. */
const slide = (page: Page, name: string, value: number): Promise<void> =>
  page.$eval(`input[name=${name}]`, (element, value) => {
    (element as HTMLInputElement).value = `${value}`;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);

/** The number of different colours of a canvas, by its selector. */
const coloursOf = (page: Page, selector: string): Promise<number> =>
  page.$eval(selector, (element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

/** What holds in every browser: it learns, it draws, β acts at once, it pauses and remembers. */
async function use({ page }: Opened): Promise<void> {
  await untilStep(page, 1);
  const first = await numberOf(page, "elbo");
  await untilStep(page, 100);
  const later = await numberOf(page, "elbo");
  assert(later < 0.6 * first || later < 220, `−ELBO ${first} → ${later}`);
  for (const id of ["samples", "history", "plane", "code", "rates", "pad", "digits canvas"]) {
    assert(await coloursOf(page, `#${id}`) > 2, `${id} is blank`);
  }

  const rate = await numberOf(page, "rate"), from = await stepOf(page);
  await slide(page, "beta", -1);
  await untilStep(page, from + 60);
  const cheap = await numberOf(page, "rate");
  assert(cheap > rate + 3, `rate ${rate} at β 1, and ${cheap} at β .1`);

  await page.click("#toggle");
  await page.waitForFunction(() => document.getElementById("speed")!.textContent === "–");
  const paused = await stepOf(page);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals(await stepOf(page), paused);
  await page.click("#step");
  await untilStep(page, paused + 1);
  assertEquals(await stepOf(page), paused + 1);
  assert(page.url().includes("beta=0.1") && page.url().includes("paused=1"), page.url());

  await page.reload();
  await page.waitForFunction(() =>
    document.getElementById("where")!.textContent!.startsWith("step 0")
  );
  assertEquals(await textOf(page, "beta-value"), "0.10");
  assertEquals(await textOf(page, "toggle"), "Start");
}

Deno.test("page: it weighs at most 1.6 MB, and what trains at most 70 kB of script after gzip", async () => {
  files ??= await buildPage();
  let bytes = 0, script = 0;
  for (const [name, content] of files) {
    bytes += content.length;
    if (!name.endsWith(".js") || name === "showing_worker.js") continue;
    const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
    script += (await new Response(stream).bytes()).length;
  }
  assert(bytes <= 1.6e6, `${bytes} bytes`);
  assert(script <= 70_000, `${script} bytes of script`);
});

for (const name of browserNames) {
  testIn(
    name,
    "it learns, draws, follows β, pauses, and remembers",
    () => withPage(name, "", true, use),
  );
}

testIn(
  "chromium",
  "the other tabs compute, the keyboard is enough, and no network is needed",
  () =>
    withPage("chromium", "paused=1&latent=2", false, async ({ page, stopServer }) => {
      // A host without headers: one thread.
      await page.waitForFunction(() =>
        /1 thread/.test(document.getElementById("device")!.textContent!)
      );
      await page.waitForSelector("[data-loaded=all]");
      await stopServer();

      await page.focus("#tab-train");
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() =>
        document.getElementById("verdict")!.textContent!.includes("agrees")
      );
      assertEquals(await numberOf(page, "formula"), 0.69);
      await page.click("input[name=self]");
      await page.waitForFunction(() =>
        document.getElementById("verdict")!.textContent!.includes("fails")
      );
      assert(await coloursOf(page, "#draws") > 2);

      await page.keyboard.press("Tab");
      await page.focus("#tab-channel");
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() =>
        document.getElementById("view-formula")!.textContent!.includes("softplus(")
      );
      await page.focus("#expression");
      await page.$eval("#expression", (editor) => (editor as HTMLTextAreaElement).value = "");
      await page.type("#expression", "x + q");
      await page.waitForFunction(() =>
        document.getElementById("mistake")!.textContent!.includes("there is no tensor q")
      );

      await page.focus("#tab-compiler");
      await page.keyboard.press("ArrowRight");
      await page.focus("#pad");
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() =>
        document.getElementById("place")!.textContent!.includes("dimension 0 at +0.3 σ") ||
        document.getElementById("place")!.textContent!.includes("dimension 1 at +0.3 σ")
      );

      const unlabelled = await page.$$eval("input, select, textarea, button", (controls) =>
        controls.filter((control) => {
          const { labels, textContent, ariaLabel } = control as HTMLInputElement;
          return !(labels?.length || textContent?.trim() || ariaLabel);
        }).map(({ outerHTML }) =>
          outerHTML
        ));
      assertEquals(unlabelled, []);
      for (const width of [390, 1440]) {
        await page.setViewport({ width, height: 844 });
        const { scrollWidth } = await page.evaluate(() => ({
          scrollWidth: document.documentElement.scrollWidth,
        }));
        assert(scrollWidth <= width, `${scrollWidth} pixels at ${width}`);
      }
    }),
);
