/**
 * `deno task mi`: estimates the mutual information of samples from files.
 *
 * @module
 */
import { chosen } from "../laboratory/estimators/choice.ts";
import {
  judgePairs,
  limitText,
  OWN_ESTIMATORS,
  type OwnResult,
} from "../laboratory/own/estimators.ts";
import { readPairs } from "../laboratory/own/pairs.ts";
import { reportOwn } from "../laboratory/own/report.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";

const FLAGS = {
  x: {
    type: "text",
    value: "<file or names>",
    help: "an npy, npz or CSV file; with --data, columns or arrays, such as a,b or code*",
  },
  z: {
    type: "text",
    value: "<file or names>",
    help: "the same for z; row i belongs to row i of x",
  },
  data: { type: "text", value: "<file>", help: "a CSV or npz file that has both x and z" },
  estimators: {
    type: "text",
    value: "<a,b,…>",
    help: `only these estimators (default: ${OWN_ESTIMATORS.map(({ name }) => name).join(",")})`,
  },
  steps: {
    type: "integer",
    value: "<number>",
    default: 500,
    min: 1,
    max: 1_000_000,
    help: "training steps of a critic",
  },
  seeds: {
    type: "integer",
    value: "<number>",
    default: 3,
    min: 1,
    max: 1000,
    help: "the number of critics that are trained for an estimate, one a seed",
  },
  seed: {
    type: "integer",
    value: "<number>",
    default: 1,
    min: 0,
    max: 2 ** 31 - 1001,
    help: "the first seed",
  },
  json: { type: "boolean", help: "print a JSON object for each estimator, and one for the sample" },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task mi --x <file> --z <file> [flags]

Estimate the mutual information of your own samples by every estimator that applies, in nats with
standard errors, and say why the others do not.

  deno task mi --x x.npy --z z.npy
  deno task mi --data table.csv --x age,height --z weight
  deno task mi --data codes.npz --x labels --z codes --estimators ksg,flo

The first axis of an array, or a line of a CSV file, is a pair. A CSV file whose first line has only
numbers has columns called 1, 2, and so on.`;

if (import.meta.main) await main(command);

/** Estimates the information of samples. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { data, x, z, steps, seeds, seed } = given;
  for (const [flag, value] of Object.entries({ x, z })) {
    if (value === undefined) throw new UserError(`--${flag} is missing (see --help)`);
  }
  const estimators = chosen("estimators", given.estimators, OWN_ESTIMATORS);
  const pairs = await readPairs({ data, x: x!, z: z! });
  const output = standardOutput(given.json);
  const results: OwnResult[] = [];
  const settings = { steps, seeds, seed };
  for await (const result of judgePairs(pairs, estimators, settings, output.busy)) {
    results.push(result);
  }
  output.busy("");
  reportOwn(pairs, results, limitText(pairs), output);
}
