"""Examples of bad and hostile input, drawn by hypothesis: each works or is refused in one line.

    python tests/programs/fuzz.py --examples 2000

The last line says how many examples were tried. The suite runs a short form.
"""

import argparse
import contextlib
import io
import os
import pathlib
import random
import tempfile
import zipfile

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from dcgan_tf import ImageFolder

tried = 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[check.__name__ for check in CHECKS])
    arguments = parser.parse_args()
    checks = [check for check in CHECKS if arguments.only in (None, check.__name__)]
    for check in checks:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            run(check, -(-arguments.examples // len(checks)), arguments.seed)
    print(f"examples tried: {tried}")


def run(check, examples, seed_):
    """Tries a check on so many examples, the same ones for the same seed."""
    limits = {"max_examples": examples, "deadline": None, "database": None}
    settings(**limits, suppress_health_check=list(HealthCheck))(seed(seed_)(check))()


def command(*argv):
    """Runs a command: it must work, or end with status 2 and one line. Returns the status."""
    from dcgan_tf import cli

    global tried
    tried += 1
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main(list(argv))
        except SystemExit as exit:
            status = exit.code
    lines = err.getvalue().splitlines()
    if status != 0:
        assert status == 2, (argv, status, lines)
        assert len(lines) == 1 and lines[0].startswith("dcgan-tf"), (argv, lines)
    return status


# ---------------------------------------------------------------------------------- options

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["0", "-1", "1e9", "nan", "inf", "", "99999999999999999999", "0x10", "None"]),
    st.sampled_from(["../..", "/", "/dev/null", "~", "a\0b", "*", "data.npz", "no/such", "-"]),
    st.integers().map(str),
    st.floats().map(str),
)
OPTIONS = [
    *("--data", "--image-size", "--network", "--loss", "--regularizer", "--regularizer-weight"),
    *("--discriminator-steps", "--latent-dim", "--epochs"),
    *("--batch-size", "--generator-lr", "--discriminator-lr", "--score-samples", "--seed"),
    *("--output-dir", "--count", "--samples", "--output", "--preview", "--jit-compile"),
    *("--resume", "--overwrite", "--no-such", "--from", "--augment", "--skip-damaged"),
    *("--separate", "--walk", "--label"),
]


@given(
    st.sampled_from(["train", "sample", "evaluate", "report", "data", "", "tran"]),
    st.lists(st.one_of(st.sampled_from(OPTIONS), WORDS), max_size=6),
)
def options(name, words):
    """Any words after a command. Such as would begin a long training get data that is not there."""
    extra = ["--data", "no-such-data"] if name == "train" else []
    command(name, *words, *extra)


# -------------------------------------------------------------------------------------- data


@given(
    st.sampled_from(["x_train", "train_images", "images", "x", "y_train", "other", "arr_0"]),
    st.lists(st.integers(0, 20), max_size=5),
    st.sampled_from(["u1", "f4", "f8", "i8", "?", "U3", "c8", "O", "f2"]),
    st.floats(width=32) | st.sampled_from([0.0, 255.0, -1.0]),
    st.integers(0, 2**31),
)
def arrays(key, shape, dtype, value, labels):
    """Arrays of any shape and type."""
    array = np.zeros(shape, dtype)
    with contextlib.suppress(ValueError, TypeError, OverflowError), np.errstate(all="ignore"):
        array[...] = value
    np.savez("data.npz", **{key: array, "train_labels": np.arange(labels % 30)})
    command("data", "data.npz")


@given(st.binary(max_size=200), st.integers(0, 2**31), st.sampled_from([".npz", ".idx", ".png"]))
def damaged_files(content, place, suffix):
    """Whole files with some bytes changed or cut off, and files of any bytes."""
    folder = pathlib.Path("folder")
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    rng = random.Random(place)
    if suffix == ".npz":
        path = pathlib.Path("damaged.npz")
        np.savez_compressed(path, x_train=np.zeros((4, 16, 16), np.uint8))
    elif suffix == ".idx":
        path = folder / "train-images-idx3-ubyte"
        path.write_bytes(b"\0\0\x08\x03" + b"\0\0\0\x02" + b"\0\0\0\x10" * 2 + bytes(512))
    else:
        path = folder / "image.png"
        Image.new("RGB", (16, 16)).save(path)
    whole = bytearray(path.read_bytes())
    if len(content) > 100:
        whole = bytearray(content)
    elif content:
        start = rng.randrange(len(whole))
        whole[start : start + len(content)] = content[: len(whole) - start]
    else:
        del whole[rng.randrange(len(whole)) :]
    path.write_bytes(whole)
    command("data", str(path if suffix == ".npz" else folder))


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.sampled_from(["npz", "png", "run"]))
def hostile_files(width, height, kind):
    """Files that claim to be larger than they are, and folders that only look like runs."""
    if kind == "npz":
        header = io.BytesIO()
        claim = {"descr": "|u1", "fortran_order": False, "shape": (width, height)}
        np.lib.format.write_array_header_1_0(header, claim)
        with zipfile.ZipFile("hostile.npz", "w") as archive:
            archive.writestr("x_train.npy", header.getvalue())
        assert command("data", "hostile.npz") == 2
    elif kind == "png":
        os.makedirs("pictures", exist_ok=True)
        Image.new("L", (1, 1)).save("pictures/a.png")
        content = bytearray(pathlib.Path("pictures/a.png").read_bytes())
        content[16:24] = (width % 2**31).to_bytes(4, "big") + (height % 2**31).to_bytes(4, "big")
        pathlib.Path("pictures/a.png").write_bytes(content)
        assert command("data", "pictures") == 2
    else:
        os.makedirs("run", exist_ok=True)
        pathlib.Path("run/run.json").write_bytes(str(width).encode() * (height % 3))
        pathlib.Path("run/model.keras").write_bytes(str(height).encode() * (width % 3))
        for name in ("sample", "evaluate", "report"):
            assert command(name, "run") == 2


def write_image(kind, mode, seed):
    """Encodes a small image of noise, with all the metadata that its format can hold."""
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 256, (16, 16, 4), dtype=np.uint8)).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = int(rng.integers(1, 9))
    exif[0x010F], exif[0x011A], exif[0x0132] = "a camera", 72.5, "2014:06:10 00:00:00"
    text = PngImagePlugin.PngInfo()
    text.add_text("title", "some text")
    text.add_text("more", "text " * 50, zip=True)
    text.add_itxt("name", "Zeichen \u4e2d")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {
        "PNG": {"exif": exif, "icc_profile": profile, "pnginfo": text, "dpi": (72, 72)},
        "JPEG": {"exif": exif, "icc_profile": profile, "comment": b"a comment", "dpi": (72, 72)},
        "WEBP": {"exif": exif, "icc_profile": profile},
        "TIFF": {"exif": exif, "icc_profile": profile, "dpi": (72, 72)},
        "GIF": {"comment": b"a comment"},
        "BMP": {},
    }
    if kind in ("JPEG", "WEBP", "BMP") and mode not in ("L", "RGB"):
        image = image.convert("RGB")
    file = io.BytesIO()
    image.save(file, kind, **options[kind])
    return bytearray(file.getvalue())


@given(
    st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"]),
    st.sampled_from(["L", "LA", "P", "RGB", "RGBA", "1"]),
    st.integers(0, 2**31),
    st.sampled_from(["bytes", "head", "cut", "insert", "marks"]),
)
def changed_images(kind, mode, seed_, way):
    """Images with changed metadata or pixels, or cut off. What `data` reads, training reads."""
    folder = pathlib.Path("images")
    folder.mkdir(exist_ok=True)
    rng = random.Random(seed_)
    content = write_image(kind, mode, seed_)
    if way == "cut":
        del content[rng.randrange(len(content)) :]
    elif way == "insert":
        place = rng.randrange(len(content))
        content[place:place] = rng.randbytes(rng.randrange(1, 40))
    elif way == "marks":  # the names of metadata, whose content then has another meaning
        marks = (b"Exif", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"ICC_", b"pHYs", b"tRNS")
        for mark in marks:
            place = content.find(mark)
            if place >= 0 and rng.random() < 0.7:
                place += rng.randrange(-4, 40)
                content[place : place + 4] = rng.randbytes(4)
    else:
        end = min(len(content), 600) if way == "head" else len(content)
        for _ in range(rng.randrange(1, 9)):
            content[rng.randrange(end)] = rng.randrange(256)
    path = folder / "image.png"
    path.write_bytes(content)
    status = command("data", str(folder))
    assert [each.name for each in folder.iterdir()] == ["image.png"]
    if status == 0:
        images = ImageFolder(folder).load()
        assert images.ndim == 4 and -1 <= images.min() <= images.max() <= 1


CHECKS = (options, arrays, damaged_files, hostile_files, changed_images)

if __name__ == "__main__":
    main()
