"""Writes convolution.json: what PyTorch says of convolutions and pools. python3 tests/golden/convolution.py

All inputs are small integers, so every value is an integer that float32 holds, whatever the order of the sums: devices must agree to the bit.
Images are [batch, height, width, channels] and kernels [height, width, channels of x, channels of y], as in the library.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20261130)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    return torch.randint(-3, 4, shape).double()


def plain(x):
    """Shape and elements as a line of text, "2 3 | 1 …"."""
    return " ".join(map(str, [*x.shape, "|", *x.detach().flatten().long().tolist()]))


def pair(x):
    return x if isinstance(x, list) else [x, x]


def sides(size, kernel, stride, dilation, padding, axis):
    """The padding before and after an axis; "same" as TensorFlow has it."""
    if padding == "valid":
        return 0, 0
    if padding == "same":
        missing = max(0, (-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size)
        return missing // 2, missing - missing // 2
    low, high = pair(pair(padding)[axis])
    return low, high


# n, [height, width], c, o, [kh, kw], strides, padding, dilation
CASES = [
    (2, [5, 6], 2, 3, [3, 3], 1, "valid", 1),
    (1, [7, 5], 3, 2, [3, 2], 2, "same", 1),
    (2, [4, 4], 3, 4, [1, 1], 1, "valid", 1),
    (1, [5, 5], 2, 2, [1, 1], [3, 2], "valid", 1),
    (2, [5, 4], 2, 3, [5, 4], 1, "valid", 1),
    (1, [8, 7], 2, 2, [4, 5], 3, 2, 1),
    (1, [7, 7], 1, 9, [3, 3], 1, "same", 2),
    (1, [9, 8], 2, 1, [3, 2], 2, [[1, 2], [0, 3]], [1, 3]),
    (3, [1, 9], 2, 3, [1, 4], [1, 2], "same", 1),
    (1, [6, 6], 2, 2, [2, 2], 2, "valid", 1),
    (1, [6, 6], 1, 2, [2, 3], [2, 4], [1, 0], 1),
    (7, [3, 3], 2, 8, [3, 3], 2, "same", 1),
]


def convolution(n, size, c, o, kernel, strides, padding, dilation):
    """y, its gradients for dy, and their gradients: of sum(u · dx) + sum(v · dk) with respect to x, k and dy."""
    s, d = pair(strides), pair(dilation)
    ends = [sides(size[a], kernel[a], s[a], d[a], padding, a) for a in (0, 1)]
    x, k = draw(n, *size, c).requires_grad_(), draw(*kernel, c, o).requires_grad_()
    image = F.pad(x.permute(0, 3, 1, 2), [*ends[1], *ends[0]])
    y = F.conv2d(image, k.permute(3, 2, 0, 1), stride=s, dilation=d).permute(0, 2, 3, 1)
    dy = draw(*y.shape).requires_grad_()
    dx, dk = torch.autograd.grad((y * dy).sum(), (x, k), create_graph=True)
    u, v = draw(*x.shape), draw(*k.shape)
    second = torch.autograd.grad((u * dx).sum() + (v * dk).sum(), (x, k, dy))
    # The transposed convolution of dy is cut out of the whole one, which PyTorch computes without padding.
    whole = F.conv_transpose2d(dy.permute(0, 3, 1, 2), k.permute(3, 2, 0, 1), stride=s, dilation=d)
    missing = [max(0, ends[a][0] + size[a] - whole.shape[2 + a]) for a in (0, 1)]
    whole = F.pad(whole, [0, missing[1], 0, missing[0]])
    image = whole[:, :, ends[0][0] : ends[0][0] + size[0], ends[1][0] : ends[1][0] + size[1]].permute(0, 2, 3, 1)
    assert torch.equal(image, dx)
    options = {"strides": strides, "padding": padding, "dilation": dilation}
    tensors = {"x": x, "k": k, "y": y, "dy": dy, "dx": dx, "dk": dk, "u": u, "v": v}
    return {"options": options, "size": size, **{n: plain(t) for n, t in tensors.items()}, "second": [plain(t) for t in second]}


# [height, width], window, strides, padding
POOLS = [([6, 6], 2, 2, "valid"), ([7, 5], [3, 2], 1, "valid"), ([5, 7], 3, 2, "same"), ([6, 5], [4, 3], [3, 1], [[1, 2], [2, 0]])]


def pool(size, window, strides, padding):
    """Largest and mean elements of windows, and their gradients; means are times 144, so that they are integers."""
    w, s = pair(window), pair(strides)
    ends = [sides(size[a], w[a], s[a], 1, padding, a) for a in (0, 1)]
    x = torch.randperm(2 * 3 * size[0] * size[1]).double().reshape(2, *size, 3).requires_grad_()
    padded = lambda x, value: F.pad(x, [*ends[1], *ends[0]], value=value)
    largest = F.max_pool2d(padded(x.permute(0, 3, 1, 2), float("-inf")), w, s).permute(0, 2, 3, 1)
    mean = lambda x: F.avg_pool2d(padded(x.permute(0, 3, 1, 2), 0), w, s).permute(0, 2, 3, 1)
    means = mean(x) / mean(torch.ones_like(x)) * 144
    dy = draw(*largest.shape)
    tensors = {"x": x, "dy": dy, "largest": largest, "means": means.round()}
    gradients = {f"d_{n}": torch.autograd.grad((t * dy).sum(), x)[0].round() for n, t in (("largest", largest), ("means", means))}
    assert all((t - t.round()).abs().max() < 1e-9 for t in (means,))
    options = {"strides": strides, "padding": padding}
    return {"window": window, "options": options, **{n: plain(t) for n, t in (tensors | gradients).items()}}


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("convolution.json")
    found = {"convolutions": [convolution(*case) for case in CASES], "pools": [pool(*case) for case in POOLS]}
    path.write_text(json.dumps(found, indent=2) + "\n")
