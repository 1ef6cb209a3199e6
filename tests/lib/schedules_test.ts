/**
 * Learning-rate schedules at their corners.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  alemiLegacy,
  constantThenLinear,
  iwaeSchedule,
  run,
  type Schedule,
  type Tensor,
  tensor,
} from "../../mod.ts";
import type { Device } from "../../kernels/device.ts";
import { onEveryDevice } from "../fixtures/devices.ts";

/** Asserts the rates of some steps; a few roundings are allowed. */
async function assertRates(
  schedule: Schedule,
  rates: readonly (readonly [step: number, rate: number])[],
  device: Device,
): Promise<void> {
  const found = rates.map(([step]) =>
    schedule(tensor(Int32Array.of(step), { shape: [] })) as Tensor
  );
  run(found, device);
  for (const [i, [step, want]] of rates.entries()) {
    const rate = await found[i].item();
    const text = `step ${step}: ${rate} instead of ${want}`;
    assert(Math.abs(rate - want) <= 8 * 2 ** -23 * want, text);
  }
}

onEveryDevice(
  "a rate is constant, then falls linearly to 0 after the last step",
  async (device) => {
    const cases: [options: Parameters<typeof constantThenLinear>[0], rates: [number, number][]][] =
      [
        [{ rate: 0.5, steps: 8 }, [[0, .5], [3, .5], [4, .5], [5, .375], [6, .25], [7, .125], [
          8,
          0,
        ]]],
        [{ rate: 1, steps: 4, constantFraction: 0 }, [[0, 1], [1, .75], [3, .25], [4, 0], [9, 0]]],
        [{ rate: 2, steps: 4, constantFraction: 1 }, [[0, 2], [3, 2], [4, 0], [100, 0]]],
        [{ rate: 1, steps: 5, constantFraction: 0.2 }, [[0, 1], [1, 1], [2, .75], [4, .25], [
          5,
          0,
        ]]],
        [{ rate: 3, steps: 1 }, [[0, 3], [1, 0]]],
        [{ rate: 1, steps: 200_000 }, [[99_999, 1], [100_000, 1], [150_000, .5], [199_999, 1e-5]]],
      ];
    for (const [options, rates] of cases) {
      await assertRates(constantThenLinear(options), rates, device);
    }
  },
);

Deno.test("a schedule needs steps, and a fraction of them", () => {
  const rule = "steps must be above 0, the fraction from 0 to 1";
  const odd: [number, number][] = [[0, 0.5], [-1, 0.5], [NaN, 0.5], [9, -0.1], [9, 1.5], [9, NaN]];
  for (const [steps, constantFraction] of odd) {
    const by = () => constantThenLinear({ rate: 1, steps, constantFraction });
    const message =
      `Cannot schedule ${steps} steps with a constant fraction of ${constantFraction}: ${rule}`;
    assertEquals(assertThrows(by, RangeError).message, message);
  }
});

onEveryDevice("IWAE's rate falls by a tenth in seven stages of 3ⁱ epochs", async (device) => {
  for (const stepsPerEpoch of [1, 500]) {
    const schedule = iwaeSchedule({ stepsPerEpoch });
    const starts = [0, 1, 4, 13, 40, 121, 364, 1093];
    const rates = starts.flatMap((epoch, i): [number, number][] => {
      const last = (epoch + 3 ** i) * stepsPerEpoch - 1;
      const rate = 0.001 * 10 ** (-i / 7);
      return [[epoch * stepsPerEpoch, rate], [last, rate]];
    });
    await assertRates(schedule, [...rates, [4000 * stepsPerEpoch, 1e-4]], device);
  }
  await assertRates(iwaeSchedule({ stepsPerEpoch: 2, rate: 7 }), [[1, 7]], device);
});

onEveryDevice("the legacy rate falls after the middle epoch, and then rises", async (device) => {
  const at = (epoch: number, rate: number, steps = 500): [number, number][] => [
    [epoch * steps, rate],
    [(epoch + 1) * steps - 1, rate],
  ];
  await assertRates(alemiLegacy({ epochs: 200, stepsPerEpoch: 500 }), [
    ...at(0, 3e-4),
    ...at(100, 3e-4),
    ...at(101, 3e-6),
    ...at(150, 1.5e-4),
    ...at(199, 2.97e-4),
  ], device);
  const small = alemiLegacy({ rate: 1, epochs: 4, stepsPerEpoch: 3 });
  await assertRates(small, [...at(2, 1, 3), ...at(3, 0.5, 3)], device);
});

Deno.test("schedules by epochs need whole ones", () => {
  for (const odd of [0, -1, 1.5, NaN]) {
    const rule = "steps: both must be positive integers";
    assertThrows(() => iwaeSchedule({ stepsPerEpoch: odd }), RangeError, rule);
    assertThrows(() => alemiLegacy({ epochs: 2, stepsPerEpoch: odd }), RangeError, rule);
    assertThrows(() => alemiLegacy({ epochs: odd, stepsPerEpoch: 2 }), RangeError, rule);
  }
});
