"""Measures the memory that reading data takes at its peak.

    python tests/programs/data_memory.py --megabytes 200
    python tests/programs/data_memory.py --pictures

Each data set is read in a process of its own, on Linux. From its peak we subtract what it had when
all was imported and a small data set had been read. Arrays may take at most 6 bytes for each byte
that is unpacked. Pictures may take at most 4 GiB: eight of the largest ones that we decode, and
eight of the largest ones that are decoded side by side. The last line has the largest figure.
"""

import argparse
import gzip
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

MOST_FOR_PICTURES = 2**32  # bytes
MOST = 6  # bytes for each unpacked byte
SIDE = 64  # pixels of an image
SIZES = ("none", "32", "96")  # to resize to


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--read", nargs=2, metavar=("PATH", "SIZE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        return print(measure(*arguments.read))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if arguments.pictures:
            measure_pictures(folder)
        else:
            measure_arrays(folder, arguments.megabytes)


def measure_arrays(folder, megabytes):
    largest = 0
    for name, write in WAYS.items():
        path = folder / name
        unpacked = write(path, megabytes * 2**20)
        write(path.with_name(f"small-{name}"), 2**16)
        for size in SIZES:
            bytes_each = measure_elsewhere(path, size) / unpacked
            print(f"{name:24}{size:>6}{bytes_each:8.2f} bytes for each byte", flush=True)
            # Larger images take more memory, as you ask for it.
            largest = max(largest, bytes_each if size != "96" else 0)
    print(f"at most {largest:.2f} bytes for each byte")
    assert largest <= MOST


def measure_pictures(folder):
    largest = 0
    for side in (4096, 8192):
        for name, (mode, suffix, options) in PICTURES.items():
            path, small = folder / f"{name}-{side}", folder / f"small-{name}-{side}"
            for where, size in ((path, side), (small, 16)):
                where.mkdir()
                write_picture(where / f"0{suffix}", mode, size, options)
            for i in range(1, 8):
                (path / f"{i}{suffix}").hardlink_to(path / f"0{suffix}")
            peak = measure_elsewhere(path, "64")
            print(f"{name:24}{side:>6} pixels on a side{peak / 2**20:8,.0f} MiB", flush=True)
            largest = max(largest, peak)
    print(f"at most {largest / 2**20:,.0f} MiB")
    assert largest <= MOST_FOR_PICTURES


def write_picture(path, mode, side, options):
    tile = np.random.default_rng(0).integers(0, 256, (64, 64, 4), dtype=np.uint8)
    pixels = np.tile(tile, (max(1, side // 64), max(1, side // 64), 1))[:side, :side]
    if mode == "I;16":
        image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    else:
        image = Image.fromarray(pixels[..., 0], "L")
        image = Image.fromarray(pixels).convert(mode) if mode != "P" else image.convert("P")
    image.save(path, **options)


def measure_elsewhere(path, size):
    command = [sys.executable, __file__, "--read", str(path), size]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(result.stdout.split()[-1])


def measure(path, size):
    """Returns by how many bytes the memory rises at its peak while a data set is read."""
    from dcgan_tf.data.datasets import open_dataset

    path = pathlib.Path(path)
    image_size = None if size == "none" else (int(size), int(size))
    open_dataset(path.with_name(f"small-{path.name}"), image_size)
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    before = read_status("VmRSS")
    dataset = open_dataset(path, image_size)
    peak = read_status("VmHWM")
    assert dataset.images.dtype == np.float32
    return peak - before


def read_status(key):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(key))


def make_images(dtype, most_bytes):
    n = most_bytes // (SIDE * SIDE * np.dtype(dtype).itemsize)
    rng = np.random.default_rng(0)
    images = np.empty((n, SIDE, SIDE), dtype)
    for image in images:
        image[...] = rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8) // 16 * 16
    return images


def npz(dtype, save=np.savez, labels=None):
    def write(path, most_bytes):
        arrays = {"x_train": make_images(dtype, most_bytes)}
        if labels:
            arrays["y_train"] = (np.arange(len(arrays["x_train"])) % 10).astype(labels)
        save(path, **arrays)
        return sum(array.nbytes for array in arrays.values())

    return write


def fortran(path, most_bytes):
    images = make_images("u1", most_bytes)
    np.savez(path, x_train=np.asfortranarray(images))
    return images.nbytes


def idx(suffix):
    def write(path, most_bytes):
        images = make_images("u1", most_bytes)
        labels = (np.arange(len(images)) % 10).astype("u1")
        path.mkdir()
        opened = gzip.open if suffix else open
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            with opened(path / f"train-{name}-ubyte{suffix}", "wb") as file:
                file.write(bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes())
                file.write(array.tobytes())
        return images.nbytes + labels.nbytes

    return write


WAYS = {
    "uint8.npz": npz("u1"),
    "uint8-fortran.npz": fortran,
    "uint8-compressed.npz": npz("u1", np.savez_compressed),
    "uint8-labels.npz": npz("u1", labels="i8"),
    "uint8-text.npz": npz("u1", labels="U8"),
    "uint16.npz": npz("u2"),
    "float16.npz": npz("f2"),
    "float32.npz": npz("f4"),
    "float32-big.npz": npz(">f4"),
    "float64.npz": npz("f8"),
    "idx": idx(""),
    "idx-gz": idx(".gz"),
}

# For each: the mode, the ending and the options of Pillow.
PICTURES = {
    "PNG, transparent": ("RGBA", ".png", {"compress_level": 1}),
    "PNG, palette": ("P", ".png", {"compress_level": 1, "transparency": 0}),
    "PNG, 16 bits": ("I;16", ".png", {"compress_level": 1}),
    "PNG, colour": ("RGB", ".png", {"compress_level": 1}),
    "JPEG": ("RGB", ".jpg", {"subsampling": 0}),
    "JPEG, progressive": ("RGB", ".jpg", {"subsampling": 0, "progressive": True}),
    "WebP": ("RGBA", ".webp", {"lossless": True, "method": 0, "quality": 0}),
    "TIFF": ("RGBA", ".tif", {"compression": "tiff_lzw"}),
    "JPEG 2000": ("RGBA", ".jp2", {"irreversible": True, "quality_layers": [40]}),
    "AVIF": ("RGBA", ".avif", {"speed": 10}),
}

if __name__ == "__main__":
    main()
