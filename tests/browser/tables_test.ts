/**
 * The tables of ops, gradients and products through the WebGPU of Chromium, whose compiler of
 * shaders (Tint) is another than Deno's (Naga).
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { join } from "node:path";
import { temporaryFolder } from "../fixtures/helpers.ts";
import { launch, openPage, reasonAgainst } from "./browsers.ts";
import { bundle, serveSite } from "./site.ts";
import type { TablesReport } from "./tables.ts";

const reason = reasonAgainst("chromium");
if (reason !== undefined) console.log(`Skipping the tables: ${reason}`);

Deno.test({
  name: "chromium: the tables of ops, gradients and products on webgpu",
  ignore: reason !== undefined,
  fn: async () => {
    await using folder = await temporaryFolder();
    const program = (name: string) => new URL(name, import.meta.url).pathname;
    await bundle(program("tables.ts"), join(folder.path, "tables.js"));
    await bundle(program("assert.ts"), join(folder.path, "assert.js"));
    await using site = serveSite(folder.path, { "node:assert": "./assert.js" });
    await using browser = await launch("chromium");
    const opened = await openPage(browser);
    await opened.page.goto(site.address("tables", "plain"));
    const { passed, failed } = await site.report(opened) as TablesReport;
    assertEquals([failed, opened.errors], [[], []]);
    assertGreater(passed, 250);
  },
});
