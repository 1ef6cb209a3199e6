"""Writes methods.json: what PyTorch says of densities, mixtures, discrepancies and bounds. python3 tests/golden/methods.py"""

import math

import torch
from torch.distributions import Categorical, Independent, LogNormal, MixtureSameFamily, Normal, kl_divergence

from make import draw, gradients, plain, write


def densities():
    """Of diagonal Gaussians and log-normals."""
    x, mean, log_variance = draw(6, 5, scale=2), draw(6, 5), draw(6, 5)
    normal = lambda m, v: Normal(m, torch.exp(v / 2))
    density = lambda x, m, v: normal(m, v).log_prob(x).sum(-1)
    z = torch.round(torch.exp(draw(6, 5)) * 1024) / 1024
    log_normal = lambda m, v: LogNormal(m, torch.exp(v / 2))
    return {
        "x": plain(x), "mean": plain(mean), "logVariance": plain(log_variance), "z": plain(z),
        "gaussian": plain(density(x, mean, log_variance)),
        "gradients": gradients(lambda *inputs: density(*inputs).sum(), x, mean, log_variance),
        "standard": plain(Normal(0.0, 1.0).log_prob(x).sum(-1)),
        "entropy": plain(normal(mean, log_variance).entropy().sum(-1)),
        "logNormal": plain(log_normal(mean, log_variance).log_prob(z).sum(-1)),
        "logNormalKl": plain(kl_divergence(log_normal(mean, log_variance), LogNormal(0.0, 1.0)).sum(-1)),
    }


def mmd():
    a, b = draw(7, 3), draw(5, 3, scale=2)
    kernel = lambda x, y, h: torch.exp(-torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist") ** 2 / h)

    def mean(x, unbiased, h):
        k = kernel(x, x, h)
        return (k.sum() - k.trace()) / (len(x) * (len(x) - 1)) if unbiased else k.mean()

    squared = lambda a, b, unbiased, h: mean(a, unbiased, h) + mean(b, unbiased, h) - 2 * kernel(a, b, h).mean()
    return {
        "a": plain(a), "b": plain(b),
        "cases": [
            {"estimator": "unbiased" if unbiased else "biased", "bandwidth": h, "mmd": plain(squared(a, b, unbiased, h)),
             "gradients": gradients(lambda a, b: squared(a, b, unbiased, h), a, b)}
            for unbiased in (True, False) for h in (0.25, 9.0, 1000.0)
        ],
    }


def vamp():
    z, mean, log_variance = draw(6, 3, scale=2), draw(4, 3), draw(4, 3)
    components = lambda m, v: Independent(Normal(m, torch.exp(v / 2)), 1)
    mixture = lambda m, v: MixtureSameFamily(Categorical(torch.ones(len(m))), components(m, v))
    density = lambda z, m, v: mixture(m, v).log_prob(z)
    legacy = lambda z, m, v: components(m, v).log_prob(z[:, None]).mean(-1)
    inputs = z, mean, log_variance
    return {
        "z": plain(z), "mean": plain(mean), "logVariance": plain(log_variance),
        "density": plain(density(*inputs)), "gradients": gradients(lambda *i: density(*i).sum(), *inputs),
        "legacy": plain(legacy(*inputs)), "legacyGradients": gradients(lambda *i: legacy(*i).sum(), *inputs),
    }


def importance():
    weights = draw(5, 4, scale=3) - 100
    bound = lambda w: torch.logsumexp(w, 0) - math.log(len(w))
    return {"logWeights": plain(weights), "bound": plain(bound(weights)), "gradient": gradients(lambda w: bound(w).sum(), weights)[0]}


write("methods.json", densities, mmd, vamp, importance)
