/**
 * Every primitive on every device, against plain loops in float64: one table, a row a primitive;
 * and the elementwise functions that are made of them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { primitiveNames } from "../../../lib/ops/primitive.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { type Case, checkCases } from "../../fixtures/cases.ts";
import { elementwiseCases } from "./elementwise_cases.ts";
import { functionCases } from "./function_cases.ts";
import { structureCases } from "./structure_cases.ts";
import { sumCases } from "./sum_cases.ts";

const table: Readonly<Record<string, readonly Case[]>> = {
  ...elementwiseCases,
  ...structureCases,
  ...sumCases,
};

Deno.test("every primitive has a row, and every row a primitive", () => {
  assertEquals(Object.keys(table).sort(), [...primitiveNames].sort());
});

for (const [name, cases] of Object.entries({ ...table, ...functionCases })) {
  onEveryDevice(name, (device) => checkCases(name, cases, device));
}
