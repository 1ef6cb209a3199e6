"""A contestant: a step of a workload in PyTorch. It follows the protocol of protocol.ts."""

import json
import math
import sys

import torch
from torch.nn import functional as F
from torch_step import read, serve

order = json.loads(sys.argv[1])
if "threads" in order:
    torch.set_num_threads(order["threads"])
workload = order["workload"]


def tensors(name):
    """Tensors of the workload's shapes, with the numbers of the fixture in turn."""
    shapes = workload[name]
    if not shapes:
        return []
    parts = read(order["folder"], name).split([math.prod(shape) for shape in shapes])
    return [part.reshape(shape).clone() for part, shape in zip(parts, shapes)]


data, params = tensors("data"), tensors("params")
x = data[0]


def training(params, loss):
    """A training step by Adam, which gives the loss."""
    params = [p.requires_grad_() for p in params]
    adam = torch.optim.Adam(params, lr=1e-3, fused=True)

    def step():
        adam.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        adam.step()
        return value.item()

    return step


def mlp():
    w1, b1, w2, b2, w3, b3 = params
    labels = torch.arange(64) % 10

    def loss():
        hidden = torch.addmm(b2, torch.addmm(b1, x, w1).relu(), w2).relu()
        return F.cross_entropy(torch.addmm(b3, hidden, w3), labels)

    return training(params, loss)


def gru():
    rnn = torch.nn.GRU(32, 128)
    names = ("weight_ih_l0", "bias_ih_l0", "weight_hh_l0", "bias_hh_l0")
    with torch.no_grad():
        for name, value in zip(names, params):
            getattr(rnn, name).copy_(value.T if value.dim() == 2 else value)
    return training(list(rnn.parameters()), lambda: F.mse_loss(rnn(x)[0], data[1]))


def attention():
    rows, heads = x.reshape(-1, 64), 4
    layers = list(zip(params[::2], params[1::2]))

    def apart(i):
        weight, bias = layers[i]
        return torch.addmm(bias, rows, weight).reshape(32, 64, heads, -1).transpose(1, 2)

    def loss():
        found = F.scaled_dot_product_attention(apart(0), apart(1), apart(2))
        weight, bias = layers[3]
        y = torch.addmm(bias, found.transpose(1, 2).reshape(rows.shape), weight)
        return F.mse_loss(y.reshape(x.shape), data[1])

    return training(params, loss)


def sort():
    return lambda: x.sort(stable=True)[0][50_000].item()


def batches():
    def rows():
        while True:
            for index in torch.randperm(len(x)).split(100):
                yield x[index]

    batch = rows()
    return lambda: next(batch).mean().item()


serve({"mlp": mlp, "gru": gru, "attention": attention, "sort": sort, "batches": batches}[workload["name"]]())
