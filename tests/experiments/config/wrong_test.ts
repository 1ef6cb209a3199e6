/**
 * Wrong configs: each is answered by one sentence that names the place and says what is allowed.
 *
 * @module
 */
import { parseConfig } from "../../../experiments/config/schema.ts";
import { assertRefused } from "../../fixtures/helpers.ts";

const MINIMAL = { latent: { type: "gaussian", size: 8 } };
const parse = (config: unknown) => parseConfig(config, "my.json");
/** A config with these keys is refused with a sentence that says this. */
const refused = (config: object, ...says: string[]) =>
  assertRefused(() => parse({ ...MINIMAL, ...config }), "my.json", ...says);

Deno.test("the message on a wrong value names its path, the value, and the allowed values", () => {
  refused({ epochs: "many" }, "epochs", "a number", `"many"`);
  refused({ epochs: 1.5 }, "epochs", "a whole number", "1.5");
  refused({ epochs: 0 }, "epochs", "at least 1", "found 0");
  refused({ batch: 1 }, "batch", "at least 2", "found 1");
  refused({ seed: -1 }, "seed", "at least 0", "-1");
  refused({ dataset: 3 }, "dataset", "a string", "3");
  refused({ encoder: {} }, "encoder", "an array", "{}");
  refused({ encoder: [{ units: 0 }] }, "encoder.0.units", "at least 1", "0");
  refused({ decoder: [{ units: 5, activation: 3 }] }, "decoder.0.activation", `"relu" or`, "3");
  refused({ encoder: [{ units: 5, initialiser: "he" }] }, "encoder.0.initialiser", `"heUniform"`);
  const layers = Array(20_000).fill({ units: 5 });
  refused({ encoder: layers }, "encoder", "at most 100 entries", "found 20000");
  refused({ decoder: layers }, "decoder", "at most 100 entries", "found 20000");
  refused({ loss: [] }, "loss", "at least 1", "[]");
  const long = "x".repeat(1e6);
  refused({ recon: long }, "recon", `found "${"x".repeat(99)} … (999802 characters)`);
  refused({ [long]: 1 }, `unknown key "${"x".repeat(100)}…"; allowed: `);
  refused(
    { loss: [{ type: "rat", weight: 1 }] },
    "loss.0.type",
    `"rate" or "reconstruction"`,
    `"rat"`,
  );
  refused({ loss: [{ type: "rate", weight: -1 }] }, "loss.0.weight", "at least 0");
  refused(
    { latent: { type: "ecko", size: 2 } },
    "latent.type",
    `"echo" or "echo_matrix" or`,
    `"ecko"`,
  );
  refused({ latent: { type: "echo", size: 2, clip: 1.5 } }, "latent.clip", "less than 1");
  refused({ latent: undefined }, "latent", "nothing");
  refused({ learningRate: 0.1 }, "learningRate", "an object", "0.1");
  refused({ learningRate: { type: "constant", rate: 0 } }, "learningRate.rate", "more than 0");
  assertRefused(() => parse([]), "my.json: expected an object");
  assertRefused(() => parse(null), "my.json: expected an object, but found null");
});

Deno.test("wrong latent layers are refused", () => {
  const latent = (options: object, ...says: string[]) =>
    refused({ latent: { type: "iaf", size: 8, ...options } }, ...says);
  latent({ type: undefined }, "latent.type", `"echo" or`, "nothing");
  latent({ size: undefined }, "latent.size", "a number", "nothing");
  latent({ size: 0 }, "latent.size", "at least 1");
  latent({ size: "32" }, "latent.size", "a number", `"32"`);
  latent({ hidden: [0] }, "latent.hidden.0", "at least 1");
  latent({ hidden: Array(101).fill(5) }, "latent.hidden", "at most 100 entries", "found 101");
  latent({ steps: 101 }, "latent.steps", "at most 100", "101");
  latent({ hidden: [] }, "latent.hidden", "at least 1");
  latent({ hidden: 640 }, "latent.hidden", "an array", "640");
  latent({ hidden: [2.5] }, "latent.hidden.0", "a whole number");
  latent({ steps: 0 }, "latent.steps", "at least 1");
  latent({ steps: "4" }, "latent.steps", "a number", `"4"`);
  latent({ shiftOnly: "no" }, "latent.shiftOnly", "a boolean", `"no"`);
  latent({ context: 3 }, "latent.context", "a boolean", "3");
  latent({ activation: "selu" }, "latent.activation", `"relu"`, `"selu"`);
  latent({ dMax: 3 }, "latent", `"dMax"`, "steps, hidden");
  const echo = (options: object, ...says: string[]) =>
    refused({ latent: { type: "echo", size: 8, ...options } }, ...says);
  echo({ mean: "tanh16" }, "latent.mean", `"tanh" or "linear"`, `"tanh16"`);
  echo({ divisor: 0 }, "latent.divisor", "more than 0");
  echo({ meanBound: -1 }, "latent.meanBound", "more than 0");
  echo({ startScale: 1 }, "latent.startScale", "less than 1");
  echo({ gain: "10" }, "latent.gain", "a number", `"10"`);
  echo({ sampling: "replace" }, "latent.sampling", `"withReplacement"`);
  echo({ multiplicative: 1 }, "latent.multiplicative", "a boolean");
  echo({ hidden: [640] }, "latent", `"hidden"`);
  echo({ bias: 0 }, "latent.bias", "at least 1e-12");
  const many = { dMax: 20_000, sampling: "withReplacement" };
  echo(many, "latent.bias", "less than 0.0000250", "20000 echoes", "found 0.00003");
  echo({ bias: "small" }, "latent.bias", "a number", `"small"`);
  echo({ bias: 0.5, dMax: 3 }, "latent.bias", "less than 0.144", "3 echoes", "found 0.5");
  echo({ bias: 1e-6, clip: 0.9 }, "latent.bias", "latent.clip must be left out", "found 0.9");
  echo({ reflections: 2 }, "latent", `"reflections"`);
  const matrix = (options: object, ...says: string[]) =>
    echo({ type: "echo_matrix", ...options }, ...says);
  matrix({ reflections: -1 }, "latent.reflections", "at least 0", "-1");
  matrix({ reflections: 1.5 }, "latent.reflections", "a whole number", "1.5");
  matrix({ reflections: 9 }, "latent.reflections", "at most latent.size, 8", "found 9");
  matrix({ bias: 1e-6, clip: 0.9 }, "latent.bias", "latent.clip must be left out");
});

Deno.test("wrong priors, and priors that do not fit the latent layer, are refused", () => {
  const prior = (options: unknown, ...says: string[]) => refused({ prior: options }, ...says);
  prior("maf", "prior", "an object", `"maf"`);
  prior({ type: "vampire" }, "prior.type", `"maf" or "standard" or "vamp"`, `"vampire"`);
  prior({ type: "vamp", inputs: 0 }, "prior.inputs", "at least 1", "0");
  prior({ type: "vamp", inputs: "750" }, "prior.inputs", "a number", `"750"`);
  prior({ type: "vamp", legacy: "yes" }, "prior.legacy", "a boolean");
  prior({ type: "maf", hidden: [640, 0] }, "prior.hidden.1", "at least 1");
  const many = { latent: { type: "gaussian", size: 501 }, prior: { type: "maf" } };
  refused(many, "prior.type", "at most 2000", "found 501 · 4");
  prior({ type: "maf", inputs: 3 }, "prior", `"inputs"`, "steps, hidden");
  prior({ type: "standard", size: 3 }, "prior", `"size"`);
  const echo = { type: "echo", size: 3 };
  for (const type of ["maf", "vamp"]) {
    const says = ["prior.type", "(gaussian, iaf, ", `latent.type is "echo"`];
    refused({ latent: echo, prior: { type } }, ...says);
  }
  const iaf = { type: "iaf", size: 3, context: true };
  refused({ latent: iaf, prior: { type: "vamp" } }, "prior.type", "latent.context must be false");
});

Deno.test("wrong loss terms, and terms that do not fit the model, are refused", () => {
  const term = (options: object, ...says: string[]) =>
    refused({ loss: [{ weight: 1, ...options }] }, ...says);
  term({}, "loss.0.type", `"importance" or "mmd"`, "nothing");
  term({ type: "elbo" }, "loss.0.type", `"reconstruction"`, `"elbo"`);
  term({ type: "rate", weight: "1" }, "loss.0.weight", "a number", `"1"`);
  term({ type: "rate", weight: undefined }, "loss.0.weight", "a number", "nothing");
  term({ type: "rate", weight: null }, "loss.0.weight", "a number", "null");
  term({ type: "rate", beta: 2 }, "loss.0", `"beta"`);
  term({ type: "rate", estimator: "exact" }, "loss.0.estimator", `"closed" or "entropy"`);
  term({ type: "mmd", bandwidth: 0 }, "loss.0.bandwidth", "more than 0");
  term({ type: "mmd", estimator: "v" }, "loss.0.estimator", `"unbiased" or "biased"`);
  term({ type: "mmd", against: "vamp" }, "loss.0.against", `"standard" or "prior"`);
  // One image has no other to be compared with.
  refused({ batch: 1, loss: [{ type: "mmd", weight: 1 }] }, "batch", "at least 2", "found 1");

  const echo = { type: "echo", size: 3 }, iaf = { type: "iaf", size: 3 };
  const importance = { type: "importance", weight: 1 };
  refused({ latent: echo, loss: [importance] }, "loss.0.type", `latent.type is "echo"`);
  refused(
    { loss: [importance, { type: "rate", weight: 0 }, { type: "reconstruction", weight: 1 }] },
    ...["loss.0.type", `"reconstruction"`],
  );
  const by = (estimator: string) => [{ type: "rate", weight: 1, estimator }];
  const at = "loss.0.estimator";
  refused({ latent: echo, loss: by("sampled") }, at, "the rate is exact", `"sampled"`);
  refused({ latent: iaf, loss: by("closed") }, at, `expected "sampled"`, `"closed"`);
  const maf = { prior: { type: "maf" } };
  refused({ ...maf, loss: by("closed") }, at, `"maf"`, `expected "entropy" or "sampled"`);
  parse({ ...MINIMAL, ...maf, loss: by("entropy") });
  parse({ ...MINIMAL, loss: by("closed") });
  const free = (more = {}) => [{ type: "rate", weight: 1, freeBits: 0.1, ...more }];
  const needs = ["loss.0.freeBits: they need a rate of each dimension", `latent.type "`];
  refused({ latent: iaf, loss: free() }, ...needs);
  refused({ latent: { type: "echo_matrix", size: 2 }, loss: free() }, ...needs);
  refused({ ...maf, loss: free() }, ...needs, `prior.type "maf"`);
  refused({ loss: free({ estimator: "sampled" }) }, ...needs);
  refused({ loss: free({ freeBits: 0 }) }, "loss.0.freeBits", "more than 0");
  parse({ latent: echo, loss: free() });
  parse({ ...MINIMAL, loss: free({ estimator: "closed" }) });
});

Deno.test("wrong training settings are refused", () => {
  refused({ recon: "l1" }, "recon", `"bce" or "mse"`, `"l1"`);
  refused({ samples: 0 }, "samples", "at least 1");
  refused({ optimizer: { type: "sdg" } }, "optimizer.type", `"adam" or "adamw" or "sgd"`, `"sdg"`);
  refused({ optimizer: { type: "adam", weightDecay: 0.1 } }, "optimizer: unknown", "weightDecay");
  const decay = { type: "adamw", weightDecay: -1 };
  refused({ optimizer: decay }, "optimizer.weightDecay", "at least 0", "found -1");
  const nesterov = { type: "sgd", nesterov: true };
  refused({ optimizer: nesterov }, "optimizer.momentum", "more than 0 for nesterov", "found 0");
  refused({ optimizer: { type: "sgd", momentum: 1 } }, "optimizer.momentum", "less than 1");
  const stopping = { earlyStopping: { patience: 2 } };
  refused({ rate: 0 }, "rate", "more than 0");
  refused({ rate: 20, distortion: 80 }, "rate: β can be adapted", "the config has both");
  refused({ rate: 20, betaSchedule: {} }, "betaSchedule: β is adapted to the rate");
  refused({ distortion: 80, ...stopping }, "earlyStopping: the distortion is met at the end");
  refused({ rate: 20, loss: [{ type: "reconstruction", weight: 1 }] }, "rate: β", "no rate term");
  const echo = { type: "echo", size: 32, clip: 0.8359 };
  refused({ rate: 5.7, latent: echo }, "rate: expected more than 5.736", "latent.size 32", "5.7");
  parse({ rate: 5.8, latent: echo });
  refused({ rate: 3, latent: { ...echo, type: "echo_matrix" } }, "rate: expected more than 5.736");
  refused({ betaSchedule: { cycles: 0 } }, "betaSchedule.cycles", "at least 1");
  refused({ betaSchedule: { fraction: 0 } }, "betaSchedule.fraction", "more than 0");
  refused({ gradientClipping: 0 }, "gradientClipping", "more than 0", "found 0");
  refused({ gradientClipping: { norm: 1 } }, "gradientClipping", "a number", `{"norm":1}`);
  refused({ optimizer: { type: "adam", beta1: 2 } }, "optimizer.beta1", "less than 1");
  refused({ optimizer: { type: "adam", beta2: 1 } }, "optimizer.beta2", "less than 1", "found 1");
  refused({ optimizer: { type: "adam", epsilon: 1e-50 } }, "optimizer.epsilon", "found 1e-50");
  refused({ learningRate: { type: "linear" } }, "learningRate.type", `"constant" or`, `"iwae"`);
  refused({ learningRate: { type: "iwae", rate: "0.1" } }, "learningRate.rate", "a number");
  refused({ earlyStopping: { patience: 0 } }, "earlyStopping.patience", "at least 1");
  refused({ earlyStopping: true }, "earlyStopping", "an object", "true");
  refused({ earlystopping: {} }, "did you mean earlyStopping?");
});
