"""A contestant: the training step of a convolutional VAE in PyTorch. It follows the protocol of protocol.ts."""

import json
import sys

import torch
from torch.nn import functional as F
from torch_step import read, serve

order = json.loads(sys.argv[1])
if "threads" in order:
    torch.set_num_threads(order["threads"])
network, batch = order["network"], order["batch"]
format = torch.channels_last if order.get("channelsLast") else torch.contiguous_format
flat = read(order["folder"], "params")
images = read(order["folder"], "images").reshape(batch, 1, network["size"], network["size"])
noise = read(order["folder"], "noise").reshape(batch, -1)
images = images.to(memory_format=format)
params = []


def take(*shape):
    global flat
    size = torch.Size(shape).numel()
    part, flat = flat[:size], flat[size:]
    return part.reshape(shape)


def parameter(value):
    params.append(value.clone(memory_format=format if value.dim() == 4 else torch.contiguous_format).requires_grad_())
    return params[-1]


def make(layer, size, channels):
    """A layer as a function, and the size and channels of what it makes; a code has size 1."""
    if layer["kind"] == "dense":
        weight, bias = parameter(take(size * size * channels, layer["units"])), parameter(take(layer["units"]))
        return (lambda x: torch.addmm(bias, rows(x), weight)), 1, layer["units"]
    kernel, stride, (low, high), out, filters = (layer[k] for k in ("kernel", "stride", "padding", "size", "filters"))
    if layer["kind"] == "conv":
        weight, bias = parameter(take(kernel, kernel, channels, filters).permute(3, 2, 0, 1)), parameter(take(filters))
        return (lambda x: F.conv2d(x, weight, bias, stride, low)), out, filters
    wanted = -(-(out + low + high - kernel + 1) // stride)
    channels = channels * size**2 // wanted**2
    weight, bias = parameter(take(kernel, kernel, filters, channels).permute(3, 2, 0, 1)), parameter(take(filters))
    extra = out - ((wanted - 1) * stride + kernel - 2 * low)

    def apply(x):
        if x.dim() == 2:
            x = x.reshape(batch, wanted, wanted, channels).permute(0, 3, 1, 2)
        y = F.conv_transpose2d(x, weight, bias, stride, low, max(0, extra))
        return y[:, :, :out, :out]

    return apply, out, filters


def rows(x):
    return x if x.dim() == 2 else x.permute(0, 2, 3, 1).reshape(batch, -1)


size, channels, encoder, decoder = network["size"], 1, [], []
for layer in network["encoder"]:
    made, size, channels = make(layer, size, channels)
    encoder.append(made)
head = {"kind": "dense", "units": network["latent"]}
heads = [make(head, size, channels)[0] for _ in range(2)]
size, channels = 1, network["latent"]
for layer in network["decoder"]:
    made, size, channels = make(layer, size, channels)
    decoder.append(made)
adam = torch.optim.Adam(params, lr=1e-3, fused=True)


def step():
    adam.zero_grad(set_to_none=True)
    x = images
    for layer in encoder:
        x = F.softplus(layer(x))
    m, s = (layer(x) for layer in heads)
    x = m + torch.exp(s / 2) * noise
    for layer in decoder[:-1]:
        x = F.softplus(layer(x))
    logits = decoder[-1](x).flatten(1)
    distortion = F.binary_cross_entropy_with_logits(logits, images.flatten(1), reduction="none").sum(1)
    rate = (m * m + s.exp() - s - 1).sum(1) / 2
    loss = (distortion + rate).mean()
    loss.backward()
    adam.step()
    return loss.item()


serve(step)
