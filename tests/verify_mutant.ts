/**
 * `deno task verify` for a sampler with a planted mistake: it must come out red.
 *
 *     deno run --allow-read --allow-write tests/verify_mutant.ts --mutant "inclusive product"
 *
 * @module
 */
import { standardOutput } from "../experiments/bench/output.ts";
import { main } from "../experiments/errors.ts";
import { helpText, parseFlags } from "../experiments/flags.ts";
import { requireGreen, show, verify } from "../experiments/verify/report.ts";
import { STANDARD, type Suite } from "../experiments/verify/suite.ts";
import { matrixMutants, mutants } from "./lib/echo/mutants.ts";

/** The suites that have a mistake in a sampler, by the name of the mistake. */
export const suites: Record<string, Suite> = Object.fromEntries([
  ...Object.entries(mutants).map(([name, sampler]) => [name, { ...STANDARD, sampler }]),
  ...Object.entries(matrixMutants).map((
    [name, matrixSampler],
  ) => [name, { ...STANDARD, matrixSampler }]),
]);

const FLAGS = {
  mutant: {
    type: "text",
    value: "<name>",
    allowed: Object.keys(suites),
    default: Object.keys(suites)[0],
    help: Object.keys(suites).join(", "),
  },
  out: { type: "text", value: "<folder>", default: "runs/mutant", help: "where the table goes" },
  help: { type: "boolean", help: "print this" },
} as const;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const { mutant, out, help } = parseFlags(FLAGS, args);
  if (help) return console.log(helpText("tests/verify_mutant.ts [flags]", FLAGS));
  const output = standardOutput(false);
  const judgement = await verify(suites[mutant], output);
  await show(judgement, `with the mistake "${mutant}"`, out, output);
  requireGreen(judgement);
}
