/**
 * The methods of the PyTorch module that encode images and draw codes.
 *
 * @module
 */

import type { EchoPlan, GaussianPlan, PriorPlan } from "./plan.ts";

/** The methods of a kind of codes under a prior. */
export function codeText(code: EchoPlan | GaussianPlan, prior: PriorPlan): string {
  if (code.is === "echo") return echoText(code);
  const text = code.flow === undefined && prior.type === "standard"
    ? gaussianText(code)
    : estimatedText(code, prior);
  return text.trim().replace(/^/, "    ");
}

/** What the decoder is given for codes z. */
const given = (z: string, { exponential }: { exponential: boolean }): string =>
  exponential ? `(${z}).exp()` : z;

const plus = (x: string, number: number): string =>
  number === 0 ? x : `${x} ${number < 0 ? "-" : "+"} ${Math.abs(number)}`;

function echoText(code: EchoPlan): string {
  const { divisor, bound, gain, shift, logClip, dMax } = code;
  const divided = divisor === 1 ? "self.mean(hidden)" : `(self.mean(hidden) / ${divisor})`;
  const f = code.mean === "tanh" ? `${divided}.tanh()` : divided;
  const bounded = bound === Infinity ? f : `${f}.clamp(${-bound}, ${bound})`;
  const order = code.withReplacement
    ? `torch.randint(n, (n, ${dMax}))`
    : `torch.rand(n, n).fill_diagonal_(2).argsort(1)[:, : min(${dMax}, n - 1)]`;
  return `    def encode(self, images):
        """The mean and log-scale of z, [n, LATENT]: z = mean + exp(log_scale) * noise."""
        hidden = self.encoder(images.reshape(-1, PIXELS))
        mean = ${gain === 1 ? bounded : `${gain} * ${bounded}`}
        log_scale = ${plus(`F.logsigmoid(${plus("self.scale(hidden)", shift)})`, logClip)}
        return mean, log_scale

    def codes(self, images):
        """A code of each image, as decode takes it; its noise is made of other images' codes."""
        mean, log_scale = self.encode(images)
        n = len(mean)
        # The echoes of each image, and the logarithm of the product of the scales before each.
        order = ${order}
        before = log_scale[order].cumsum(1) - log_scale[order]
        noise = (${code.centred ? "(mean - mean.mean(0))" : "mean"}[order] * before.exp()).sum(1)
        return ${given("mean + log_scale.exp() * noise", code)}

    def rate(self, images):
        """-log |det S(x)| of each image in nats, [n]; its mean is the mutual information."""
        return -self.encode(images)[1].sum(1)`;
}

const ENCODE = `
    def encode(self, images):
        """The mean and log-scale of z, [n, LATENT]: z = mean + exp(log_scale) * noise."""
        hidden = self.encoder(images.reshape(-1, PIXELS))
        return self.mean(hidden), self.scale(hidden) / 2`;

const gaussianText = (code: GaussianPlan): string =>
  `${ENCODE}

    def codes(self, images, noise=None):
        """A code of each image, as decode takes it; the noise is standard normal unless given."""
        mean, log_scale = self.encode(images)
        noise = torch.randn_like(mean) if noise is None else noise
        return ${given("mean + log_scale.exp() * noise", code)}

    def rate(self, images):
        """KL(q(z|x) | N(0, 1)) of each image in nats, [n]."""
        mean, log_scale = self.encode(images)
        return ((mean**2 + (2 * log_scale).exp() - 1) / 2 - log_scale).sum(1)

    def sample(self, count):
        """The pixels of new images, [count, PIXELS]."""
        z = torch.randn(count, LATENT)
        return self.decode(${given("z", code)}).sigmoid()`;

/** Codes whose rate is estimated by densities: behind a flow, or under a learned prior. */
function estimatedText(code: GaussianPlan, prior: PriorPlan): string {
  const { flow } = code;
  const encode = flow === undefined
    ? ENCODE
    : ENCODE.replace("z, [n, LATENT]: z =", "u, the flow's input: u =");
  const flowing = flow === undefined ? ["z = u"] : [
    `z, grown = self.latent(${flow.context ? "u, self.encoder(images.reshape(-1, PIXELS))" : "u"})`,
    "log_q = log_q - grown",
  ];
  const lines = [
    "mean, log_scale = self.encode(images)",
    "noise = torch.randn_like(mean) if noise is None else noise",
    "u = mean + log_scale.exp() * noise",
    "log_q = log_normal(u, mean, log_scale)",
    ...flowing,
    ...priorLines(prior, flow !== undefined),
    "return z, log_q, log_p",
  ];
  return `${encode}

    def draw(self, images, noise=None):
        """A code z of each image, [n, LATENT], log q(z|x) and log p(z) in nats, [n].

        The noise, [n, LATENT], is standard normal unless given.
        """
${lines.map((line) => `        ${line}`).join("\n")}

    def codes(self, images, noise=None):
        """A code of each image, as decode takes it."""
        return ${given("self.draw(images, noise)[0]", code)}

    def rate(self, images, noise=None):
        """log q(z|x) - log p(z) of one code of each image in nats, [n]: its mean is the rate."""
        _, log_q, log_p = self.draw(images, noise)
        return log_q - log_p

    def sample(self, count):
        """The pixels of new images, [count, PIXELS]."""
${sampleLines(prior).map((line) => `        ${line}`).join("\n")}
        return self.decode(${given("z", code)}).sigmoid()`;
}

/** Lines that compute log_p of codes z from u. */
function priorLines(prior: PriorPlan, hasFlow: boolean): string[] {
  switch (prior.type) {
    case "standard":
      return ["log_p = log_normal(z, *STANDARD)"];
    case "maf":
      return [
        "y, shrunk = self.prior(z)",
        "log_p = log_normal(y, *STANDARD) + shrunk",
      ];
    case "vamp": {
      const mean = prior.legacy ? "each.mean(1)" : "each.logsumexp(1) - math.log(each.shape[1])";
      return [
        'means, log_scales = self.encode(self.prior["inputs"].sigmoid())',
        "each = log_normal(u[:, None], means, log_scales)",
        `log_p = ${mean}${hasFlow ? " - grown" : ""}`,
      ];
    }
  }
}

/** Lines that draw z from the prior. */
function sampleLines(prior: PriorPlan): string[] {
  switch (prior.type) {
    case "standard":
      return ["z = torch.randn(count, LATENT)"];
    case "maf":
      return ["z = self.prior.inverse(torch.randn(count, LATENT))"];
    case "vamp":
      return [
        'inputs = self.prior["inputs"].sigmoid()',
        "z = self.draw(inputs[torch.randint(len(inputs), (count,))])[0]",
      ];
  }
}
