/**
 * The parts of the Python module that are the same for many models.
 *
 * @module
 */

/** The imports, and a reader of weights. */
export const HEAD: string = `
import json
import struct
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


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
            array = torch.frombuffer(data, dtype=torch.float32, offset=begin, count=(end - begin) // 4)
            arrays[name] = array.reshape(about["shape"])
    return arrays`.trimStart();

/** Modules that PyTorch has in another form, by name. */
export const MODULES: Readonly<Record<string, string>> = {
  View: `class View(nn.Module):
    """Another shape. Elements keep their order, which is height, width, channels for images."""

    def __init__(self, taken, given):
        super().__init__()
        self.taken, self.given = taken, given

    def forward(self, x):
        rows = x.permute(0, 2, 3, 1) if len(self.taken) == 3 else x
        y = rows.reshape(-1, *self.given)
        return y.permute(0, 3, 1, 2) if len(self.given) == 3 else y
`,
  Conv: `class Conv(nn.Conv2d):
    """A convolution whose padding may differ from side to side: left, right, top, bottom."""

    def __init__(self, inputs, outputs, kernel, stride, pad):
        super().__init__(inputs, outputs, kernel, stride)
        self.pad = pad

    def forward(self, x):
        return super().forward(F.pad(x, self.pad))
`,
  ConvTranspose: `class ConvTranspose(nn.ConvTranspose2d):
    """A transposed convolution, cut at its sides: left, right, top, bottom."""

    def __init__(self, inputs, outputs, kernel, stride, output_padding, cut):
        super().__init__(inputs, outputs, kernel, stride, output_padding=output_padding)
        self.cut = [-side for side in cut]

    def forward(self, x):
        return F.pad(super().forward(x), self.cut)
`,
  MaxPool: `class MaxPool(nn.Module):
    """The largest element of each window; padding (left, right, top, bottom) never is it."""

    def __init__(self, window, stride, pad):
        super().__init__()
        self.window, self.stride, self.pad = window, stride, pad

    def forward(self, x):
        return F.max_pool2d(F.pad(x, self.pad, value=-torch.inf), self.window, self.stride)
`,
  MeanPool: `class MeanPool(nn.Module):
    """The mean element of each window; padding (left, right, top, bottom) does not count."""

    def __init__(self, window, stride, pad):
        super().__init__()
        self.window, self.stride, self.pad = window, stride, pad

    def forward(self, x):
        total, share = (
            F.avg_pool2d(F.pad(y, self.pad), self.window, self.stride)
            for y in (x, torch.ones_like(x[:1, :1]))
        )
        return total / share
`,
  ChannelNorm: `class ChannelNorm(nn.LayerNorm):
    """Layer normalisation of the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
`,
};

/** The text of a code as the decoder takes it, from that of z. */
type Taken = (z: string) => string;

/** The methods of each kind of codes. */
export const CODES = {
  gaussian: (taken: Taken): string =>
    `    def encode(self, images):
        """The mean and log-scale of z [n, LATENT]: z = mean + exp(log_scale) * noise."""
        hidden = self.encoder(images.reshape(-1, PIXELS))
        return self.mean(hidden), self.scale(hidden) / 2

    def codes(self, images):
        """A code of each image, as decode takes it."""
        mean, log_scale = self.encode(images)
        return ${taken("mean + log_scale.exp() * torch.randn_like(mean)")}

    def rate(self, images):
        """KL(q(z|x) | N(0, 1)) of each image in nats, [n]."""
        mean, log_scale = self.encode(images)
        return ((mean**2 + (2 * log_scale).exp() - 1) / 2 - log_scale).sum(1)

    def sample(self, count):
        """The pixels of new images, [count, PIXELS]."""
        return self.decode(${taken("torch.randn(count, LATENT)")}).sigmoid()

`,
  echo: (
    { mean, logScale, order, means, taken }: {
      mean: string;
      logScale: string;
      order: string;
      means: string;
      taken: Taken;
    },
  ): string =>
    `    def encode(self, images):
        """The mean and log-scale of z [n, LATENT]: z = mean + exp(log_scale) * noise."""
        hidden = self.encoder(images.reshape(-1, PIXELS))
        mean = ${mean}
        return mean, ${logScale}

    def codes(self, images):
        """A code of each image, as decode takes it; its noise are echoes of the other images."""
        mean, log_scale = self.encode(images)
        n = len(mean)
        order = ${order}  # the echoes of each image
        before = log_scale[order].cumsum(1) - log_scale[order]  # log of the product of their scales
        noise = (${means}[order] * before.exp()).sum(1)
        return ${taken("mean + log_scale.exp() * noise")}

    def rate(self, images):
        """-log |det S(x)| of each image in nats, [n]; its mean is the mutual information."""
        return -self.encode(images)[1].sum(1)

`,
};
