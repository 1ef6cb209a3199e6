/**
 * Clips that are solved from what the truncation costs in nats: the closed form for Gaussian
 * channels, the same by quadrature, and channels for which it is no bound.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  echoChannel,
  echoRate,
  echoSample,
  key,
  neg,
  normal,
  solveClip,
  solveClipByBias,
  tanh,
  tensor,
  truncationBias,
} from "../../../mod.ts";
import { gauss, stick } from "../../../experiments/laboratory/channels/channels.ts";
import { Law } from "../../../experiments/laboratory/channels/law.ts";
import { normalCdf, SIGMAS } from "../../fixtures/statistics.ts";
import { GAP_LIMIT, lawGaps, momentErrors } from "./oracles.ts";

const dMaxes = fc.integer({ min: 1, max: 300 });
const long = echoChannel({ dMax: 99, bias: 1.9e-6 });

Deno.test("a clip by its bias has that bias, and lowers the least rate", () => {
  fc.assert(
    fc.property(dMaxes, fc.double({ min: 1e-12, max: 0.99, noNaN: true }), (dMax, share) => {
      const bias = share * 0.5 * Math.log1p(1 / dMax);
      const channel = echoChannel({ dMax, bias });
      assertEquals(channel.clip, solveClipByBias(dMax, bias));
      assertAlmostEquals(truncationBias(channel) / bias, 1, 1e-9);
    }),
  );
  assertAlmostEquals(long.clip, 0.95, 2e-5);
  const floor = (clip: number) => -32 * Math.log(clip);
  assertAlmostEquals(floor(solveClip(99, 1)), 5.74, 0.005);
  assertAlmostEquals(floor(long.clip), 1.64, 0.005);
});

Deno.test("the bias is ½ log of the ratio of two variances, about ½ r²ᵈ (1 − r²)", () => {
  fc.assert(fc.property(dMaxes, fc.double({ min: 0.05, max: 0.999, noNaN: true }), (d, r) => {
    const variance = (terms: number) => (1 - r ** (2 * terms)) / (1 - r * r);
    const bias = truncationBias(echoChannel({ clip: r, dMax: d }));
    // The logarithm of the ratio has lost what is below 1e-16.
    assertAlmostEquals(bias, 0.5 * Math.log(variance(d + 1) / variance(d)), 1e-12);
    const approximate = 0.5 * r ** (2 * d) * (1 - r * r);
    // Below that, float64 has no such sums.
    const isSmall = r ** (2 * d) < 1e-3 && approximate > 1e-300;
    if (isSmall) assertAlmostEquals(bias, approximate, 2e-3 * approximate);
  }));
  assertAlmostEquals(truncationBias(echoChannel({ clip: 1, dMax: 4 })), 0.5 * Math.log(5 / 4));
  const small = echoChannel({ clip: 0.9 });
  assertEquals(truncationBias(small, 5), truncationBias(echoChannel({ clip: 0.9, dMax: 5 })));
});

/**
 * h(E_{d+1}) − h(E_d) for d = 1 … 6 by quadrature, of f(X) with X ~ N(0, 1) and a constant scale.
 */
function lostByQuadrature(f: (x: number) => number, cdf: (y: number) => number, r: number) {
  const step = 1 / 64;
  const points = Array.from({ length: 801 }, (_, i) => {
    const x = (i - 400) * step;
    return { f: f(x), p: Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * step };
  });
  let law = Law.of(cdf, 2560);
  return Array.from({ length: 6 }, () => {
    const next = Law.of(
      (y) => points.reduce((sum, { f, p }) => sum + p * law.cdf((y - f) / r), 0),
      law.cells,
    );
    const lost = next.entropy() - law.entropy();
    law = next;
    return lost;
  });
}

Deno.test("by quadrature it is exact for a Gaussian channel, and too small for means with edges", () => {
  for (const r of [0.5, 0.8]) {
    const expected = [1, 2, 3, 4, 5, 6].map((dMax) =>
      truncationBias(echoChannel({ clip: r, dMax }))
    );
    const ofGauss = lostByQuadrature((x) => 0.6 * x, (y) => normalCdf(y / 0.6), r);
    ofGauss.forEach((lost, i) => assertAlmostEquals(lost, expected[i], 2e-5));

    const atanh = (y: number) => Math.atanh(Math.min(1, Math.max(-1, y)));
    const ofTanh = lostByQuadrature(Math.tanh, (y) => normalCdf(atanh(y)), r);
    const ratios = ofTanh.map((lost, i) => lost / expected[i]);
    assert(ratios.every((ratio, i) => ratio > 1 && (i === 0 || ratio < ratios[i - 1])));
    // What the documentation says.
    assertAlmostEquals(ratios[5], r === 0.5 ? 1.54 : 1.04, 0.01);
  }
});

Deno.test("scales that vary below the clip lose less than scales at the clip", () => {
  // f = tanh x, S = .1 + .7·σ(x) below .8: the known values of tests of the truncation identity.
  const at = (dMax: number) => truncationBias(echoChannel({ clip: 0.8, dMax }));
  assert(at(1) < 0.276, "edges of tanh: no bound at d = 1");
  assert(at(2) > 0.0336 && at(3) > 0.0057, `${at(2)}, ${at(3)}`);
});

Deno.test("noise and code have the law of the channel, close to the clip of a long channel", async () => {
  const options = { channel: long, batch: 100 };
  for (const form of [gauss(0.95), gauss(0.5), stick(2, 0.5)]) {
    const { noise, z } = await lawGaps(form, options);
    assertLess(noise, GAP_LIMIT, `ε of ${form.name}`);
    assertLess(z, GAP_LIMIT, `z of ${form.name}`);
  }
  for (const [moment, z] of Object.entries(await momentErrors(0.95, options))) {
    assertLess(Math.abs(z), SIGMAS, moment);
  }
  const rate = await echoRate(tensor([[0, -1]]), long).item();
  assertAlmostEquals(rate, 1 - 2 * Math.log(long.clip), 1e-6);
});

Deno.test("a clip by its bias and the same clip, given, are one channel", async () => {
  const given = echoChannel({ dMax: 99, clip: long.clip });
  assertEquals(long, given);
  const [mean, logScale] = [tanh(normal(key(1), [20, 3])), neg(normal(key(2), [20, 3]))];
  const codes = [long, given].map((channel) => echoSample(key(3), mean, logScale, channel).read());
  const [a, b] = await Promise.all(codes);
  assertEquals(a, b);
});

Deno.test("a bias that no clip has is refused", () => {
  for (const bias of [0, -1, NaN, 0.5 * Math.log(2), 1]) {
    const says = `Cannot solve for a clip with bias ${bias}: with 1 echo`;
    assertThrows(() => echoChannel({ dMax: 1, bias }), RangeError, says);
  }
  assertThrows(
    () => echoChannel({ clip: 0.9, bias: 1e-6 }),
    RangeError,
    "Cannot make an Echo channel with clip 0.9 and bias 0.000001",
  );
});
