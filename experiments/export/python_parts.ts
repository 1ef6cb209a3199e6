/**
 * The parts of the PyTorch module that do not depend on the model.
 *
 * @module
 */

export const IMPORTS: string = `
import json
import math
import struct
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn`.trim();

export const READER: string = `
def read_safetensors(path):
    """The arrays of a safetensors file by name; all are float32 here."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    arrays = {}
    for name, about in header.items():
        if name != "__metadata__":
            begin, end = about["data_offsets"]
            count = (end - begin) // 4
            array = torch.frombuffer(data, dtype=torch.float32, offset=begin, count=count)
            arrays[name] = array.reshape(about["shape"])
    return arrays`;

/** Modules that PyTorch has in another form, by name. Padding and cuts: left, right, top, bottom. */
export const MODULES: Readonly<Record<string, string>> = {
  View: `
class View(nn.Module):
    """Another shape. Elements keep their order, which is height, width, channels for images."""

    def __init__(self, taken, given):
        super().__init__()
        self.taken, self.given = taken, given

    def forward(self, x):
        rows = x.permute(0, 2, 3, 1) if len(self.taken) == 3 else x
        y = rows.reshape(-1, *self.given)
        return y.permute(0, 3, 1, 2) if len(self.given) == 3 else y`,
  Conv: `
class Conv(nn.Conv2d):
    """A convolution with padding of its own at each side: left, right, top, bottom."""

    def __init__(self, inputs, outputs, kernel, stride, pad):
        super().__init__(inputs, outputs, kernel, stride)
        self.pad = pad

    def forward(self, x):
        return super().forward(F.pad(x, self.pad))`,
  ConvTranspose: `
class ConvTranspose(nn.ConvTranspose2d):
    """A transposed convolution with more rows and columns at the end, then cut at each side."""

    def __init__(self, inputs, outputs, kernel, stride, cut, more):
        super().__init__(inputs, outputs, kernel, stride, output_padding=more)
        self.cut = [-side for side in cut]  # left, right, top, bottom

    def forward(self, x):
        return F.pad(super().forward(x), self.cut)`,
  MaxPool: `
class MaxPool(nn.Module):
    """The largest element of each window; padding (left, right, top, bottom) never is it."""

    def __init__(self, window, stride, pad):
        super().__init__()
        self.window, self.stride, self.pad = window, stride, pad

    def forward(self, x):
        return F.max_pool2d(F.pad(x, self.pad, value=-math.inf), self.window, self.stride)`,
  MeanPool: `
class MeanPool(nn.Module):
    """The mean element of each window; padding (left, right, top, bottom) does not count."""

    def __init__(self, window, stride, pad):
        super().__init__()
        self.window, self.stride, self.pad = window, stride, pad

    def mean(self, x):
        return F.avg_pool2d(F.pad(x, self.pad), self.window, self.stride)

    def forward(self, x):
        return self.mean(x) / self.mean(torch.ones_like(x[:1, :1]))`,
  ChannelNorm: `
class ChannelNorm(nn.LayerNorm):
    """Layer normalisation of the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)`,
};

export const FLOW: string = `
class Flow(nn.ModuleList):
    """y = x * exp(s) + m, step after step: m and s of a dimension depend on those before it."""

    def __init__(self, steps, reverse):
        super().__init__(steps)
        self.reverse = reverse

    def forward(self, x, context=None):
        """y, and log |det dy/dx|."""
        log_determinant = x.new_zeros(len(x))
        for i, step in enumerate(self):
            x = self.turn(x, i)
            m, s = self.parts(step, x, context)
            x = x * s.exp() + m
            log_determinant = log_determinant + s.sum(1)
        return x, log_determinant

    def inverse(self, y, context=None):
        """The x of a y, one dimension after another."""
        for i, step in reversed(list(enumerate(self))):
            x = torch.zeros_like(y)
            for d in range(y.shape[1]):
                m, s = self.parts(step, x, context)
                x[:, d] = ((y - m) * (-s).exp())[:, d]
            y = self.turn(x, i)
        return y

    def turn(self, x, i):
        return x.flip(1) if self.reverse and i > 0 else x

    def parts(self, step, x, context):
        inputs = x if context is None else torch.cat([context, x], 1)
        m, *a = step(inputs).reshape(*x.shape, -1).unbind(2)
        return m, 5 * (a[0] / 5).tanh() if a else torch.zeros_like(m)`;

export const LOG_NORMAL: string = `
STANDARD = (torch.tensor(0.0), torch.tensor(0.0))  # the mean and the log-scale of N(0, 1)


def log_normal(x, mean, log_scale):
    """log N(x; mean, exp(log_scale)^2) in nats, summed over the last axis."""
    y = (x - mean) * (-log_scale).exp()
    return (-(y**2) / 2 - log_scale - math.log(2 * math.pi) / 2).sum(-1)`;
