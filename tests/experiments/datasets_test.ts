import { assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { DataSet, Images } from "../../experiments/data/images.ts";
import { loadDataSet } from "../../experiments/data/datasets.ts";
import { cacheFolder, exists } from "../../experiments/files.ts";
import { assertRefused, sha256 } from "./helpers.ts";

const SPLITS = ["train", "valid", "test"] as const;

/** Asserts that these are 50,000, 10,000 and 10,000 binary digits. */
function assertDigits(data: DataSet): void {
  assertEquals([data.width, data.height], [28, 28]);
  assertEquals(SPLITS.map((split) => data[split].count), [50_000, 10_000, 10_000]);
  for (const split of SPLITS) assertAlmostEquals(inkOf(data[split]), 0.131, 0.003);
}

/** The fraction of pixels that are 1, if all others are 0. */
function inkOf({ data }: Images): number {
  let ones = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 1) ones++;
    else if (data[i] !== 0) return NaN;
  }
  return ones / data.length;
}

Deno.test("an unknown data set is answered with the nearest", () => {
  assertRefused(() => loadDataSet("binary_mnst"), `"binary_mnst"`, "did you mean binary_mnist?");
  assertRefused(() => loadDataSet("toString"), "mnist_binarized, binary_mnist");
});

Deno.test("mnist_binarized is the same draw everywhere", async () => {
  const data = await loadDataSet("mnist_binarized");
  assertDigits(data);
  assertEquals([...data.train.labels!.subarray(0, 5)], [5, 0, 4, 1, 9]);
  assertEquals([...data.valid.labels!.subarray(0, 3)], [3, 8, 6]);
  const checksums = SPLITS.map((split) => sha256(Uint8Array.from(data[split].data)));
  assertEquals(await Promise.all(checksums), [
    "8c3613e314b8e120e0046d71e3e2479026564d84c69221acecb5c851d6a553bc",
    "33d13d1b24f27a4e88968f1808ad6c7ad90c86c278ff5630b82d8bde6bcc30b5",
    "a28782f79edabaad5b3a8787dc47d437e26435469657b65463be22ad9a4688ed",
  ]);
});

const cache = join(cacheFolder(), "binary_mnist");
const cached = await exists(cache);
Deno.test({
  name: `binary_mnist is read from the cache${cached ? "" : ` (skipped: it is not in ${cache})`}`,
  ignore: !cached,
  fn: async () => assertDigits(await loadDataSet("binary_mnist")),
});
