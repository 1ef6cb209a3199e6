"""Writes values.json: what PyTorch says of the library's losses, gradients and optimizer. python3 tests/golden/make.py

Everything is float64 on inputs that are exact in float32, so the values are exact to all digits that are compared.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

torch.manual_seed(20251122)
torch.set_default_dtype(torch.float64)


def draw(*shape, scale=1.0):
    """Normal numbers of few bits, exact in float32 and short in JSON."""
    return torch.round(torch.randn(shape) * scale * 1024) / 1024


def plain(x):
    """Shape and elements as a line of text, "2 3 | 0.5 …": one line of the file each."""
    return " ".join(map(str, [*x.shape, "|", *x.detach().flatten().tolist()]))


def gradients(f, *inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    return [plain(g) for g in torch.autograd.grad(f(*inputs), inputs)]


def pointwise():
    extreme = torch.tensor([-100.0, -88.0, -20.0, -1.0, -2.0**-12, 0.0, 2.0**-12, 1.0, 20.0, 88.0, 100.0])
    x = torch.cat([extreme, draw(9, scale=3)])
    return {"x": plain(x), "logSigmoid": plain(F.logsigmoid(x)), "gradient": gradients(lambda x: F.logsigmoid(x).sum(), x)[0]}


def rows():
    x, weights = draw(4, 7, scale=3), draw(4, 7)
    x[1] += 1000  # overflows unless the largest is subtracted
    x[2] -= 1000
    return {
        "x": plain(x), "weights": plain(weights),
        "softmax": plain(F.softmax(x, -1)), "softmaxOfColumns": plain(F.softmax(x, 0)), "logSumExp": plain(torch.logsumexp(x, -1)),
        "softmaxGradient": gradients(lambda x: (F.softmax(x, -1) * weights).sum(), x)[0],
    }


def cross_entropy():
    logits, targets = draw(5, 3, 4, scale=4), torch.round(torch.rand(5, 3, 4) * 256) / 256
    logits[0, 0] = torch.tensor([100.0, -100.0, 100.0, -100.0])
    targets[0, 0] = torch.tensor([1.0, 0.0, 0.0, 1.0])
    loss = lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum((1, 2))
    return {
        "logits": plain(logits), "targets": plain(targets), "loss": plain(loss(logits, targets)),
        "gradient": gradients(lambda x: loss(x, targets).sum(), logits)[0],
    }


def kl():
    mean, log_variance = draw(6, 5, scale=2), draw(6, 5, scale=2)
    rate = lambda m, v: kl_divergence(Normal(m, torch.exp(v / 2)), Normal(0.0, 1.0)).sum(-1)
    return {
        "mean": plain(mean), "logVariance": plain(log_variance), "kl": plain(rate(mean, log_variance)),
        "gradients": gradients(lambda m, v: rate(m, v).sum(), mean, log_variance),
    }


def autoencoder():
    """A VAE of 12 pixels, 8 hidden units and 3 latents, with the noise given: the mean negative ELBO of 5 images."""
    shapes = {"encoder": (12, 8), "mean": (8, 3), "logVariance": (8, 3), "hidden": (3, 8), "decoder": (8, 12)}
    parameters = {n: (draw(*s, scale=0.5), draw(s[1], scale=0.1)) for n, s in shapes.items()}
    x, noise = torch.round(torch.rand(5, 12) * 256) / 256, draw(5, 3)

    def loss(*flat):
        p = {n: flat[2 * i : 2 * i + 2] for i, n in enumerate(shapes)}
        dense = lambda n, x: F.linear(x, p[n][0].T, p[n][1])
        h = F.relu(dense("encoder", x))
        mean, log_variance = dense("mean", h), dense("logVariance", h)
        z = mean + torch.exp(log_variance / 2) * noise
        logits = dense("decoder", torch.tanh(dense("hidden", z)))
        distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        rate = kl_divergence(Normal(mean, torch.exp(log_variance / 2)), Normal(0.0, 1.0)).sum(-1)
        return (distortion + rate).mean()

    flat = [t for pair in parameters.values() for t in pair]
    found = gradients(loss, *flat)
    return {
        "x": plain(x), "noise": plain(noise), "loss": loss(*flat).item(),
        "parameters": {n: {"w": plain(w), "b": plain(b)} for n, (w, b) in parameters.items()},
        "gradients": {n: {"w": found[2 * i], "b": found[2 * i + 1]} for i, n in enumerate(shapes)},
    }


def given_gradients():
    """Parameters and the gradients of 20 steps, which every optimizer is given."""
    if not given_gradients.kept:
        given_gradients.kept = [draw(2, 3), draw(3)], [[draw(2, 3), draw(3, scale=0.01)] for _ in range(20)]
    return given_gradients.kept


given_gradients.kept = ()


def adam():
    """20 steps with given gradients. PyTorch divides by sqrt(v / c) + e, Keras by (sqrt(v) + e) / sqrt(c), where c = 1 - beta2^t:
    the same with e = 0, and with e that is multiplied by 1 / sqrt(c) at every step."""
    options = {"learningRate": 2.0**-7, "beta1": 0.875, "beta2": 0.9921875}
    start, steps = given_gradients()
    result = {"options": options, "start": [plain(x) for x in start], "gradients": [[plain(g) for g in s] for s in steps]}
    for name, epsilon in {"withoutEpsilon": 0.0, "withEpsilon": 2.0**-10}.items():
        parameters = [x.clone().requires_grad_() for x in start]
        betas = options["beta1"], options["beta2"]
        optimizer = torch.optim.Adam(parameters, lr=options["learningRate"], betas=betas, eps=epsilon)
        track = []
        for t, step in enumerate(steps, 1):
            for group in optimizer.param_groups:
                group["eps"] = epsilon / math.sqrt(1 - options["beta2"] ** t)
            for p, g in zip(parameters, step):
                p.grad = g.clone()
            optimizer.step()
            track.append([plain(p) for p in parameters])
        result[name] = {"epsilon": epsilon, "track": track}
    return result


def optimizers():
    """20 steps each at a rate that falls by a fixed ratio: Adam with decoupled decay, and descent with momentum or with clipped gradients."""
    start, steps = given_gradients()
    rate, ratio = 2.0**-4, 0.875
    betas = 0.875, 0.9921875
    most = 2.0
    makers = {
        "adamw": lambda p: torch.optim.AdamW(p, lr=rate, betas=betas, eps=0.0, weight_decay=0.125),
        "sgd": lambda p: torch.optim.SGD(p, lr=rate),
        "momentum": lambda p: torch.optim.SGD(p, lr=rate, momentum=0.875),
        "nesterov": lambda p: torch.optim.SGD(p, lr=rate, momentum=0.875, nesterov=True),
        "clipped": lambda p: torch.optim.SGD(p, lr=rate),
    }
    result = {"rate": rate, "ratio": ratio, "most": most}
    for name, make in makers.items():
        parameters = [x.clone().requires_grad_() for x in start]
        optimizer = make(parameters)
        falls = torch.optim.lr_scheduler.ExponentialLR(optimizer, ratio)
        track = []
        for step in steps:
            for p, g in zip(parameters, step):
                p.grad = g.clone()
            if name == "clipped":
                # PyTorch adds 1e-6 to the norm; a limit that is larger by the same share takes that out again.
                total = torch.linalg.vector_norm(torch.cat([g.flatten() for g in step]))
                torch.nn.utils.clip_grad_norm_(parameters, (most * (total + 1e-6) / total).item())
            optimizer.step()
            falls.step()
            track.append([plain(p) for p in parameters])
        result[name] = track
    return result


def write(name, *functions):
    """Writes what the functions return, each under its name."""
    path = pathlib.Path(__file__).with_name(name)
    path.write_text(json.dumps({f.__name__: f() for f in functions}, indent=2) + "\n")


if __name__ == "__main__":
    write("values.json", pointwise, rows, cross_entropy, kl, autoencoder, adam, optimizers)
