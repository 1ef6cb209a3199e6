/**
 * The training step of the benchmarks in browsers: on the window and in a worker, with and without
 * threads, under a strict policy, on WebGPU, and after a GPU was lost. On the cpu device the losses
 * are Deno's, to the bit.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { makeFixture } from "../../experiments/bench/fixture.ts";
import { trainer } from "../../experiments/bench/model.ts";
import { counted } from "../../lib/checks.ts";
import { openDevice } from "../../mod.ts";
import { temporaryFolder } from "../fixtures/helpers.ts";
import { type BrowserName, browserNames, launch, openPage, reasonAgainst } from "./browsers.ts";
import { bundle, type Headers, serveSite } from "./site.ts";
import type { Report } from "./step.ts";

/** A page that trains. */
interface Case {
  readonly browser: BrowserName;
  readonly device: "cpu" | "webgpu";
  readonly headers: Headers;
  /** Where it trains; the window unless given. */
  readonly worker?: boolean;
  /** The threads that it asks for, 1 unless given. */
  readonly threads?: number;
  /** Whether the bundle keeps the names of functions, by calls of a helper. */
  readonly keepsNames?: boolean;
}

const CASES: readonly Case[] = [
  { browser: "chromium", device: "cpu", headers: "plain" },
  { browser: "chromium", device: "cpu", headers: "plain", worker: true },
  { browser: "chromium", device: "cpu", headers: "isolated", threads: 2 },
  { browser: "chromium", device: "cpu", headers: "isolated", threads: 2, worker: true },
  { browser: "chromium", device: "cpu", headers: "isolated", threads: 2, keepsNames: true },
  { browser: "chromium", device: "cpu", headers: "strict", threads: 2 },
  { browser: "chromium", device: "cpu", headers: "strict", threads: 2, worker: true },
  { browser: "chromium", device: "webgpu", headers: "plain" },
  { browser: "chromium", device: "webgpu", headers: "strict", worker: true },
  { browser: "firefox", device: "cpu", headers: "plain" },
  { browser: "firefox", device: "cpu", headers: "isolated", threads: 2 },
  { browser: "firefox", device: "cpu", headers: "strict", threads: 2, worker: true },
];

/** Some words about a case. */
const titleOf = ({ browser, device, headers, worker, threads = 1, keepsNames }: Case) =>
  `${browser}: ${device}, ${counted(threads, "thread")}, headers ${headers}, ${
    worker ? "in a worker" : "on the window"
  }${keepsNames ? ", names kept" : ""}`;

/** The bundles, with and without the names of functions. */
const folder = await temporaryFolder();
globalThis.addEventListener("unload", () => Deno.removeSync(folder.path, { recursive: true }));
const program = new URL("step.ts", import.meta.url).pathname;
await bundle(program, join(folder.path, "step.js"), "--minify");
await bundle(program, join(folder.path, "named.js"), "--minify", "--keep-names");

/** The losses in Deno, on one thread of the cpu device. */
const device = await openDevice("cpu", { threads: 1 });
const task = { model: "vae", batch: 100, hidden: 200 } as const;
const step = trainer(task, makeFixture(task), device);
const expected: number[] = [];
async function firstLosses(count: number): Promise<number[]> {
  while (expected.length < count) expected.push(await step());
  return expected.slice(0, count);
}

for (const name of browserNames) {
  const reason = reasonAgainst(name);
  if (reason !== undefined) console.log(`Skipping ${name}: ${reason}`);
}

for (const of of CASES) {
  const { browser: name, device, headers, worker = false, threads = 1, keepsNames } = of;
  Deno.test({
    name: titleOf(of),
    ignore: reasonAgainst(name) !== undefined,
    fn: async () => {
      await using site = serveSite(folder.path);
      await using browser = await launch(name);
      const opened = await openPage(browser);
      const parameters = { device, threads: String(threads), ...worker && { worker: "" } };
      await opened.page.goto(site.address(keepsNames ? "named" : "step", headers, parameters));
      const report = await site.report(opened) as Report;

      assertEquals([report.error, opened.errors], [undefined, []]);
      assertEquals([report.isolated, report.inWorker], [headers !== "plain", worker]);
      const { losses } = report;
      assertAlmostEquals(losses[0], 610.573, 5e-4);
      assertAlmostEquals(losses[9], 282.741, 5e-4);
      if (device === "webgpu") return;
      assertStringIncludes(report.description!, `SIMD, ${threads} thread`);
      if (name === "chromium") assertEquals(losses, await firstLosses(losses.length));
    },
  });
}

Deno.test({
  name: "chromium: a lost GPU is a DeviceLostError, and can be opened again",
  ignore: reasonAgainst("chromium") !== undefined,
  fn: async () => {
    await using site = serveSite(folder.path);
    await using browser = await launch("chromium");
    const { page } = await openPage(browser);
    await page.goto(site.address("step", "plain", { device: "webgpu", lose: "" }));
    await site.report();
    const session = await browser.target().createCDPSession();
    await session.send("Browser.crashGpuProcess");
    const { error, again } = await site.report() as Report;
    assertStringIncludes(error!, "DeviceLostError: The GPU was lost");
    assertAlmostEquals(again![9], 282.741, 5e-4);
  },
});

Deno.test({
  name: "chromium: a policy without 'wasm-unsafe-eval' is named when the device is opened",
  ignore: reasonAgainst("chromium") !== undefined,
  fn: async () => {
    await using site = serveSite(folder.path);
    await using browser = await launch("chromium");
    const { page } = await openPage(browser);
    await page.goto(site.address("step", "closed", { device: "cpu" }));
    const { error, losses } = await site.report() as Report;
    assertEquals(losses, []);
    assertStringIncludes(error!, "'wasm-unsafe-eval'");
  },
});
