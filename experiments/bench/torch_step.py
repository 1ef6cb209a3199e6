"""A contestant: the training step of PyTorch. It follows the protocol of protocol.ts."""

import json
import math
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

PIXELS, LATENT = 784, 32
CLIP, ECHOES = 0.8359, 99


def read(folder, name):
    data = bytearray((Path(folder) / f"{name}.f32").read_bytes())
    return torch.frombuffer(data, dtype=torch.float32)


def parameters(flat, hidden, device):
    """Weights and biases of the seven layers."""
    encoder = [(PIXELS, hidden), (hidden, hidden)]
    heads = [(hidden, LATENT), (hidden, LATENT)]
    decoder = [(LATENT, hidden), (hidden, hidden), (hidden, PIXELS)]
    shapes = [shape for n, m in encoder + heads + decoder for shape in ((n, m), (m,))]
    parts = flat.split([math.prod(shape) for shape in shapes])
    return [p.reshape(s).clone().to(device).requires_grad_() for p, s in zip(parts, shapes)]


def vae(m, s, noise):
    code = m + torch.exp(s / 2) * noise
    rate = (m * m + s.exp() - s - 1).sum(1) / 2
    return code, rate


def echo(m, s, _):
    mean, log_scale = torch.tanh(m / 16), F.logsigmoid(s) + math.log(CLIP)
    batch = len(m)
    # A random order of the other examples. The example itself comes last and is cut off.
    order = torch.rand(batch, batch, device=m.device).fill_diagonal_(2).argsort(1)
    order = order[:, : min(ECHOES, batch - 1)]
    scales = log_scale[order]
    weights = (scales.cumsum(1) - scales).exp()
    code = mean + log_scale.exp() * (weights * mean[order]).sum(1)
    return code, -log_scale.sum(1)


def make_step(order):
    device = order["device"]
    channel = {"vae": vae, "echo": echo}[order["model"]]
    params = parameters(read(order["folder"], "params"), order["hidden"], device)
    images = read(order["folder"], "images").reshape(-1, PIXELS).to(device)
    noise = read(order["folder"], "noise").reshape(-1, LATENT).to(device)
    has_fused = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 4)
    adam = torch.optim.Adam(params, lr=1e-3, **({"fused": True} if has_fused else {}))
    layers = list(zip(params[::2], params[1::2]))

    def layer(i, x):
        weight, bias = layers[i]
        return torch.addmm(bias, x, weight)

    def step():
        adam.zero_grad(set_to_none=True)
        encoded = F.softplus(layer(1, F.softplus(layer(0, images))))
        code, rate = channel(layer(2, encoded), layer(3, encoded), noise)
        logits = layer(6, F.softplus(layer(5, F.softplus(layer(4, code)))))
        distortion = F.binary_cross_entropy_with_logits(logits, images, reduction="none").sum(1)
        loss = (distortion + rate).mean()
        loss.backward()
        adam.step()
        return loss.item()

    return step


def rss():
    """Resident memory of this process in bytes; 0 if the system has no /proc."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def say(**message):
    print(json.dumps(message), flush=True)


def serve(step):
    """The contestant's side of the protocol."""
    value = step()
    say(about=f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", value=value)
    for line in sys.stdin:
        ms = []
        for _ in range(int(line)):
            began = time.perf_counter()
            value = step()
            ms.append((time.perf_counter() - began) * 1e3)
        say(ms=ms, value=value, rss=rss())


def main():
    order = json.loads(sys.argv[1])
    if "threads" in order:
        torch.set_num_threads(order["threads"])
    serve(make_step(order))


if __name__ == "__main__":
    main()
