"""Makes the small files in tests/golden/files, as NumPy 2.4 and SciPy 1.17 write them: python3 tests/golden/files.py"""

from pathlib import Path

import numpy as np
import scipy.io

folder = Path(__file__).parent / "files"
count, height, width = 6, 2, 3
# Image i has the grey levels 6i, 6i + 1, … row by row.
images = np.arange(count * height * width).reshape(count, height, width)
grey = images.astype(np.uint8)
unit = (images / 64).astype(np.float32)

np.savez(folder / "stored.npz", train=grey, test=grey[:2])
np.savez_compressed(folder / "deflated.npz", train=unit, valid=unit[:2], test=unit[3:])
np.save(folder / "fortran.npy", np.asfortranarray(images / 64))
np.save(folder / "big_endian.npy", images.astype(">i2"))
np.save(folder / "bool.npy", images % 2 == 0)
np.save(folder / "complex.npy", images * 1j)

# Columns are images, and pixel (x, y) of 2 × 2 is at 2x + y, as in chardata.mat.
columns = np.arange(20).reshape(5, 4).T / 32
arrays = {
    "data": columns,
    "testdata": columns[:, :3],
    "target": np.eye(5, dtype=np.uint8),
    "note": "text",
}
scipy.io.savemat(folder / "plain.mat", arrays)
scipy.io.savemat(folder / "zipped.mat", arrays, do_compression=True)
