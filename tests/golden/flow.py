"""Writes flow.json: what PyTorch says of an autoregressive flow, made of masked linear layers. python3 tests/golden/flow.py

Two steps with a reversal between them, three dimensions, a context of two, hidden layers of 7 and 5 units, shift and scale.
float64 on inputs that are exact in float32, as in make.py.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20260801)
torch.set_default_dtype(torch.float64)

BATCH, DIMENSIONS, CONTEXT, HIDDEN, STEPS, PARTS = 4, 3, 2, (7, 5), 2, 2


def draw(*shape, scale=1.0):
    return torch.round(torch.randn(shape) * scale * 1024) / 1024


def plain(x):
    return " ".join(map(str, [*x.shape, "|", *x.detach().flatten().tolist()]))


# The context has degree 0, the dimensions 1, 2, 3; hidden units 0, 1 or 2, sorted; shift and log-scale of a dimension one less than it.
degrees = [torch.tensor([0] * CONTEXT + list(range(1, DIMENSIONS + 1)))]
degrees += [torch.tensor(sorted(i % DIMENSIONS for i in range(units))) for units in HIDDEN]
degrees += [torch.arange(DIMENSIONS).repeat_interleave(PARTS)]
masks = [(before[:, None] <= own[None, :]).double() for before, own in zip(degrees, degrees[1:])]

steps = [[{"w": draw(*m.shape, scale=0.5), "b": draw(m.shape[1], scale=0.25)} for m in masks] for _ in range(STEPS)]
x, context = draw(BATCH, DIMENSIONS), draw(BATCH, CONTEXT)
weights = {"y": draw(BATCH, DIMENSIONS), "logDeterminant": draw(BATCH)}


def network(layers, x):
    h = torch.cat([context, x], 1)
    for i, (layer, mask) in enumerate(zip(layers, masks)):
        h = F.linear(h, (layer["w"] * mask).T, layer["b"])
        if i < len(HIDDEN):
            h = F.relu(h)
    return h.reshape(BATCH, DIMENSIONS, PARTS).unbind(2)


def flow():
    y, log_determinant = x, 0
    for i, layers in enumerate(steps):
        y = y.flip(1) if i > 0 else y
        shift, log_scale = network(layers, y)
        log_scale = 5 * torch.tanh(log_scale / 5)
        y, log_determinant = y * log_scale.exp() + shift, log_determinant + log_scale.sum(1)
    return y, log_determinant


leaves = [x, context, *(p for layers in steps for layer in layers for p in layer.values())]
for leaf in leaves:
    leaf.requires_grad_()
y, log_determinant = flow()
((y * weights["y"]).sum() + (log_determinant * weights["logDeterminant"]).sum()).backward()

result = {
    "x": plain(x), "context": plain(context), "weights": {name: plain(w) for name, w in weights.items()},
    "steps": [[{name: plain(p) for name, p in layer.items()} for layer in layers] for layers in steps],
    "y": plain(y), "logDeterminant": plain(log_determinant),
    "gradients": {
        "x": plain(x.grad), "context": plain(context.grad),
        "steps": [[{name: plain(p.grad) for name, p in layer.items()} for layer in layers] for layers in steps],
    },
}
pathlib.Path(__file__).with_name("flow.json").write_text(json.dumps(result, indent=2) + "\n")
