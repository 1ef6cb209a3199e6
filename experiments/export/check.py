"""Decodes the codes of a run's test images by an export, and compares the result with test.json.

    python3 check.py RUN EXPORT IMAGES

RUN is the folder of the run. EXPORT is what `deno task export` wrote of it: a folder of ONNX files
(needs onnxruntime) or of the Python module (needs torch). IMAGES are the test images, [n, height,
width] or [n, pixels]: a .npy file, or the array `images` or `test` in a .npz file, where bytes stand
for 0 to 1. `deno task reconstruct --run RUN --out both.npz` writes those of the run's data set.

test.json's distortion is that of noisy codes. The run keeps these codes in codes.safetensors, so no
noise is drawn here: with one code an image (samples: 1) both numbers are about the same codes.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np


def read_array(path, name):
    """A float32 array of a safetensors file."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    about = json.loads(data[8 : 8 + size])[name]
    begin, end = (8 + size + offset for offset in about["data_offsets"])
    return np.frombuffer(data[begin:end], "<f4").reshape(about["shape"])


def read_images(path):
    images = np.load(path)
    if path.suffix == ".npz":
        images = images["images" if "images" in images else "test"]
    scale = 255 if images.dtype == np.uint8 and images.max() > 1 else 1
    return images.reshape(len(images), -1).astype(np.float64) / scale


def decoder_of(export):
    """A function from codes to the logits of pixels."""
    if (export / "decoder.onnx").exists():
        import onnxruntime

        session = onnxruntime.InferenceSession(export / "decoder.onnx")
        return lambda codes: session.run(["logits"], {"codes": codes})[0]
    import torch

    sys.path.insert(0, str(export))
    from model import load

    model = load(export / "weights.safetensors")
    return lambda codes: model.decode(torch.tensor(codes)).detach().numpy()


def distortion(recon, logits, images):
    """In nats for each image, summed over pixels."""
    if recon == "bce":
        return (np.logaddexp(0, logits) - images * logits).sum(1)
    return ((1 / (1 + np.exp(-logits)) - images) ** 2).sum(1)


if len(sys.argv) != 4:
    sys.exit(__doc__)
run, export, images = (Path(word) for word in sys.argv[1:])
config = json.loads((run / "config.json").read_text())
if config.get("samples", 1) != 1:
    sys.exit(f"{run} has samples {config['samples']}, but keeps one code an image")
recorded = json.loads((run / "test.json").read_text())["distortion"]
logits = decoder_of(export)(read_array(run / "codes.safetensors", "z")).astype(np.float64)
found = distortion(config["recon"], logits, read_images(images)).mean()
print(f"test.json {recorded:.6f}, here {found:.6f} nats an image")
if abs(found - recorded) > 1e-4 * max(1, abs(recorded)):
    sys.exit("they differ by more than 1e-4")
