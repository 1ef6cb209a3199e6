/**
 * Channels that break an assumption of the formula: the formula must fail by the predicted amount.
 *
 * @module
 */
import { echoChannel, echoRate, mul, slice, tensor } from "../../../mod.ts";
import { normalLogDensity } from "../statistics/densities.ts";
import { normalDraw } from "../statistics/generator.ts";
import { measured } from "../statistics/measured.ts";
import { meanOf } from "../statistics/summary.ts";
import { type Encode, gaussVector } from "./channels.ts";
import { draw, type Draws } from "./draws.ts";
import { byDensity, byLaws, type Estimated, gapsOf } from "./estimates.ts";
import { Law } from "./law.ts";
import { exactly, type Finding } from "./row.ts";
import { noiseOf, type Order, orders, perHalf, plainEcho } from "./samplers.ts";
import type { Suite } from "./suite.ts";
import { encode, laws, rate, through } from "./truncated.ts";

const FAILURE = { section: "failures", fails: true };

/** The findings of this section. */
export async function* failures(suite: Suite): AsyncGenerator<Finding> {
  yield await discrete(suite);
  yield await perDimension(suite);
  for (const stale of [1.3, 0.8]) yield await staleEchoes(suite, stale);
  yield await clipMismatch(suite);
  for (const [s, d] of [[1, 4], [1.2, 10]]) yield await diverging(suite, s, d);
}

/** X is uniform on 2 points and S = 1/8: the rate is 3 bits, but X has an entropy of only 1 bit. */
async function discrete({ draws: n, seed }: Suite): Promise<Finding> {
  const points = 2, base = 8;
  const draws = await draw((random) => {
    const x = Math.floor(points * random());
    return { x, mean: [x / base], logScale: [-Math.log(base)] };
  }, { seed, n, batch: 8 });
  return {
    ...FAILURE,
    channel: `${points} values of x, S = 1/${base}`,
    rate: Math.log(base),
    difference: exactly(Math.log(points / base)),
    ...byReading(draws, base),
  };
}

/** The information between x and the digit x̂ = ⌊b·z⌋ that the code shows, from frequencies. */
function byReading({ x, z, rate }: Draws, base: number): Estimated {
  const n = x.length;
  const read = z.map((value) => Math.floor(base * value));
  const shareOf = (keys: ArrayLike<number>) => {
    const counts = new Map<number, number>();
    for (let i = 0; i < n; i++) counts.set(keys[i], (counts.get(keys[i]) ?? 0) + 1);
    return (key: number) => counts.get(key)! / n;
  };
  const pairs = read.map((value, i) => value * base + x[i]);
  const [ofX, ofRead, ofPair] = [x, read, pairs].map(shareOf);
  const terms = pairs.map((pair, i) => Math.log(ofPair(pair) / ofX(x[i]) / ofRead(read[i])));
  return {
    by: "reading x",
    formula: measured(rate),
    // The bias of an entropy from the frequencies of 2 values is 1/(2n).
    estimate: { value: meanOf(terms), standardError: measured(terms).standardError + 1 / n },
  };
}

/**
 * Two dimensions with correlation ρ have echoes of their own, so the noise loses the correlation.
 * The code is N(0, (1 − s²)·C + s²·I) with correlation (1 − s²)·ρ, and the noise is N(0, I).
 * Their entropies differ by h(Z) − h(ε) = ½ log(1 − (1 − s²)²ρ²) instead of 0.
 */
async function perDimension({ draws: n, seed }: Suite): Promise<Finding> {
  const s = 0.5, rho = 0.8;
  const { encode, echoes, name, information } = gaussVector(2, s, rho);
  const ofCode = gaussVector(2, s, (1 - s * s) * rho), ofNoise = gaussVector(2, s);
  // The two dimensions share no echo: a common echo would make their noises dependent.
  const others = (first: number): Order => (key, batch, dMax) =>
    slice(orders["without replacement"](key, batch, 2 * dMax), [0, first], [batch, dMax]);
  const draws = await draw(encode, {
    sampler: perHalf(plainEcho(others(0)), plainEcho(others(echoes))),
    seed,
    n,
    batch: 2 * echoes + 1,
    channel: echoChannel({ dMax: echoes, clip: 1 }),
  });
  return {
    ...FAILURE,
    channel: `${name}, echoes per dimension`,
    rate: information,
    difference: exactly(0.5 * Math.log(1 - ((1 - s * s) * rho) ** 2)),
    ...byDensity(draws, ofNoise.logDensity!, ofCode.logDensity),
    laws: [
      ...gapsOf(draws.noise, 2, ofNoise.statistics),
      ...gapsOf(draws.z, 2, ofCode.statistics),
    ],
  };
}

/** The means of the echoes, and so the noise, are `stale` times what the encoder gives now. */
async function staleEchoes({ draws: n, seed }: Suite, stale: number): Promise<Finding> {
  const now = laws(24)[23];
  const noise = Law.of((y) => now.cdf(y / stale), now.cells), code = through(noise);
  const sampler = plainEcho(
    orders["without replacement"],
    (echoes, mean, logS) => noiseOf(echoes, mul(mean, stale), logS),
  );
  const draws = await draw(encode, { sampler, seed, n, batch: 24 });
  return {
    ...FAILURE,
    channel: `tanh, echoes ${stale} times as large`,
    rate,
    difference: exactly(code.entropy() - noise.entropy()),
    ...byLaws(draws, noise, code),
  };
}

/** The two defaults of the original code: its sampler clips at .8526, its rate assumes .8359. */
async function clipMismatch({ draws: n, seed }: Suite): Promise<Finding> {
  const [sampled, counted] = [0.8526, 0.8359], dimensions = 32, s = 0.5;
  const { encode, echoes, name, logDensity } = gaussVector(dimensions, s);
  const draws = await draw(encode, {
    seed,
    n: Math.ceil(n / 4),
    batch: echoes + 1,
    channel: echoChannel({ clip: sampled }),
  });
  const logScale = tensor([new Array<number>(dimensions).fill(Math.log(s / sampled))]);
  const counting = await echoRate(logScale, echoChannel({ clip: counted })).item();
  return {
    ...FAILURE,
    channel: `${name}, clip ${sampled} but ${counted} in the rate`,
    rate: -dimensions * Math.log(s * counted / sampled),
    difference: exactly(-dimensions * Math.log(sampled / counted)),
    ...byDensity({ ...draws, rate: draws.rate.fill(counting) }, logDensity!),
  };
}

/**
 * S is a constant s ≥ 1 and f = x ~ N(0, 1). Noise of d echoes has the variance V_d = Σ_{l<d} s²ˡ,
 * and the information exceeds the rate by ½ log V_{d+1}/V_d.
 */
async function diverging({ draws: n, seed }: Suite, s: number, d: number): Promise<Finding> {
  const gauss: Encode = (random) => {
    const x = normalDraw(random);
    return { x, mean: [x], logScale: [Math.log(s)] };
  };
  const variance = (terms: number) =>
    Array.from({ length: terms }, (_, l) => s ** (2 * l)).reduce((a, b) => a + b);
  const draws = await draw(gauss, { seed, n, batch: d + 1 });
  return {
    ...FAILURE,
    channel: `Gauss, S = ${s}, ${d} echoes`,
    rate: -Math.log(s),
    difference: exactly(0.5 * Math.log(variance(d + 1) / variance(d))),
    ...byDensity(
      draws,
      ([noise]) => normalLogDensity(noise, variance(d)),
      ([z]) => normalLogDensity(z, variance(d + 1)),
    ),
  };
}
