/**
 * The judgement of a trained model: its rows, its facts, and the evidence for both.
 *
 * @module
 */
import type { Output } from "../../shell/output.ts";
import { judge, type Judgement } from "../channels/row.ts";
import { type Evidence, gather } from "./evidence.ts";
import { type Facts, factsOf } from "./facts.ts";
import { findingsOf } from "./findings.ts";
import type { Trained } from "./trained.ts";

/** The results of a check. */
export interface RunJudgement {
  readonly judgement: Judgement;
  readonly facts: Facts;
  readonly evidence: Evidence;
}

/** Draws codes of a trained model and judges its rate by them. */
export async function verifyRun(
  trained: Trained,
  effort: { readonly draws: number; readonly seed: number },
  output: Output,
): Promise<RunJudgement> {
  const evidence = await gather(trained, effort, output.busy);
  const facts = await factsOf(trained, evidence);
  return { judgement: judge(findingsOf(trained, evidence)), facts, evidence };
}
