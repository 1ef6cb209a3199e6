/**
 * A program of a page: the tables of ops, gradients and products, and the kernels of the webgpu
 * device, through the WebGPU of the browser. It reports what failed.
 *
 * @module
 */
import { registered } from "./deno.ts";
import "../lib/ops/ops_test.ts";
import "../lib/ops/arrangement_test.ts";
import "../lib/ops/sorting_test.ts";
import "../lib/grad_test.ts";
import "../lib/nn/layers_test.ts";
import "../kernels/webgpu/products_test.ts";
import "../kernels/webgpu/webgpu_test.ts";

/** What the program reports. */
export interface TablesReport {
  /** The number of tests that passed. */
  readonly passed: number;
  /** The names of the tests that failed, each with its error. */
  readonly failed: string[];
}

const failed: string[] = [];
let passed = 0;
for (const { name, ignore, fn } of registered) {
  if (ignore) continue;
  try {
    await fn();
    passed++;
  } catch (error) {
    failed.push(`${name}: ${error}`);
  }
}
const report: TablesReport = { passed, failed };
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
