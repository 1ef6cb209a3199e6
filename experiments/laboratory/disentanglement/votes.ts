/**
 * Metrics that choose factors: images are drawn that share the value of one factor, and a simple
 * classifier must tell from their codes which factor that was.
 *
 * @module
 */
import { generator, type Random } from "../statistics/generator.ts";
import { varianceOf } from "../statistics/summary.ts";
import { logisticRegression } from "./logistic.ts";
import { columnsOf, countOf, type Factor, isConstant, type Rows } from "./sample.ts";

/** The images that factors can be chosen of. Each image is a row of factor values. */
export interface Population {
  readonly factors: readonly Factor[];
  /** The factor values of an image drawn at random. */
  draw(random: Random): readonly number[];
  /** The codes of images, [images, latent], from their factor values, [images, factors]. */
  encode(values: Rows): Rows | Promise<Rows>;
}

/** Settings of the metrics that vote. */
export interface VoteOptions {
  /** The number of votes that the classifier learns from, and of those that it is judged by. */
  readonly votes: number;
  /** The number of images, or of pairs of images, in a vote. */
  readonly batch: number;
  /** The number of images whose codes give the scale of each dimension. */
  readonly scaleImages: number;
  readonly seed: number;
}

const OPTIONS: VoteOptions = { votes: 800, batch: 64, scaleImages: 10_000, seed: 1 };

/**
 * The FactorVAE score (Kim and Mnih, "Disentangling by factorising", ICML 2018, section 4): each
 * vote fixes a factor, draws `batch` images that share its value, and names the dimension of the
 * code whose variance, relative to that over all images, is least. The classifier says for each
 * dimension the factor that it was named for most often. The score is its accuracy on other votes,
 * from about 1/factors to 1. Constant dimensions have no vote; a code of such dimensions alone has
 * the score of the most frequent factor.
 */
export async function factorVaeScore(
  population: Population,
  options: Partial<VoteOptions> = {},
): Promise<number> {
  const [learned, judged] = await ballotsOf(population, options, 1, ([codes], scales) => {
    const shares = variances(codes).map((variance, j) => variance / scales[j] ** 2);
    return scales.reduce((best, scale, j) => {
      const isBetter = scale > 0 && (best < 0 || shares[j] < shares[best]);
      return isBetter ? j : best;
    }, -1);
  });
  const counts = new Map<number, Float64Array>();
  for (const { factor, said } of learned) {
    const own = counts.get(said) ?? new Float64Array(population.factors.length);
    own[factor]++;
    counts.set(said, own);
  }
  const right = judged.filter(({ factor, said }) => {
    const own = counts.get(said);
    return own !== undefined && own.indexOf(Math.max(...own)) === factor;
  });
  return right.length / judged.length;
}

/**
 * The β-VAE score (Higgins et al., "β-VAE: learning basic visual concepts with a constrained
 * variational framework", ICLR 2017, section 3): each vote fixes a factor and draws `batch` pairs of
 * images that share its value. The mean distance |z₁ − z₂| of each dimension is given to a linear
 * classifier, a logistic regression. The score is its accuracy on other votes, from about 1/factors
 * to 1. Distances are in standard deviations of the dimension over all images, so that the scale of
 * a code does not matter; the original has them in units of the code.
 */
export async function betaVaeScore(
  population: Population,
  options: Partial<VoteOptions> = {},
): Promise<number> {
  const [learned, judged] = await ballotsOf(
    population,
    options,
    2,
    ([one, other], scales) =>
      scales.map((scale, j) => {
        if (scale === 0) return 0;
        let sum = 0;
        for (let i = j; i < one.values.length; i += one.width) {
          sum += Math.abs(one.values[i] - other.values[i]);
        }
        return sum / (countOf(one) * scale);
      }),
  );
  const features = { values: learned.flatMap(({ said }) => said), width: learned[0].said.length };
  const classes = learned.map(({ factor }) => factor);
  const { predict } = logisticRegression(features, classes, population.factors.length);
  return judged.filter(({ factor, said }) => predict(said) === factor).length / judged.length;
}

/** A vote: the factor that was fixed, and what the codes said. */
interface Ballot<Said> {
  readonly factor: number;
  readonly said: Said;
}

/** The number of images that are encoded together. */
const TOGETHER = 2 ** 13;

/**
 * Draws twice as many votes as the classifier learns from, and returns both halves. In each vote,
 * `members` groups of images are such that image i of all groups shares the value of the fixed
 * factor; with one group, all images.
 *
 * @param say what the codes of the groups say, given the scale of each dimension
 */
async function ballotsOf<Said>(
  population: Population,
  options: Partial<VoteOptions>,
  members: 1 | 2,
  say: (groups: readonly Rows[], scales: readonly number[]) => Said,
): Promise<[learned: Ballot<Said>[], judged: Ballot<Said>[]]> {
  const { votes, batch, seed, ...rest } = { ...OPTIONS, ...options };
  const { factors, draw, encode } = population, random = generator(seed);
  const scales = await scalesOf(population, rest, random);
  const width = scales.length, images = members * batch;
  const ballots: Ballot<Said>[] = [];
  const chunk = Math.max(1, Math.floor(TOGETHER / images));
  for (let first = 0; first < 2 * votes; first += chunk) {
    const chosen = Array.from({ length: Math.min(chunk, 2 * votes - first) }, () => {
      const factor = Math.floor(random() * factors.length);
      const shared = draw(random);
      const rows = members === 1
        ? Array.from({ length: batch }, () => drawLike(draw, random, factor, shared))
        : pairs(draw, random, factor, batch);
      return { factor, rows };
    });
    const values = { values: chosen.flatMap(({ rows }) => rows.flat()), width: factors.length };
    const codes = await encode(values);
    chosen.forEach(({ factor }, vote) => {
      const groups = Array.from({ length: members }, (_, member) => {
        const start = (vote * images + member * batch) * width;
        const own = Array.from({ length: batch * width }, (_, i) => codes.values[start + i]);
        return { values: own, width };
      });
      ballots.push({ factor, said: say(groups, scales) });
    });
  }
  return [ballots.slice(0, votes), ballots.slice(votes)];
}

/** First one image of each pair, then the other ones, which share the value of the factor. */
function pairs(draw: Population["draw"], random: Random, factor: number, batch: number) {
  const ones = Array.from({ length: batch }, () => draw(random));
  return [...ones, ...ones.map((one) => drawLike(draw, random, factor, one))];
}

/** Draws until the factor has the value that it has in another image. */
function drawLike(
  draw: Population["draw"],
  random: Random,
  factor: number,
  other: readonly number[],
): readonly number[] {
  for (;;) {
    const values = draw(random);
    if (values[factor] === other[factor]) return values;
  }
}

/** The standard deviation of each dimension of the code over all images. */
async function scalesOf(
  { factors, draw, encode }: Population,
  { scaleImages }: Pick<VoteOptions, "scaleImages">,
  random: Random,
): Promise<number[]> {
  const rows = Array.from({ length: scaleImages }, () => draw(random));
  const codes = await encode({ values: rows.flat(), width: factors.length });
  const columns = columnsOf(codes);
  return variances(codes).map((variance, j) => isConstant(columns[j]) ? 0 : Math.sqrt(variance));
}

/** The variance of each dimension. */
const variances = (codes: Rows): number[] => columnsOf(codes).map(varianceOf);
