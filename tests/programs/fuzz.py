"""Examples of bad and hostile input, drawn by hypothesis: each works or is refused in one line.

    python tests/programs/fuzz.py --examples 2000

The last line says how many examples were tried. The suite runs a short form.
"""

import argparse
import contextlib
import gzip
import io
import os
import pathlib
import random
import tempfile
import warnings
import zipfile

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from dcgan_tf import ImageFolder, load_dataset

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


# What stands in a header, or could.
HEADER_WORDS = [
    *("descr", "fortran_order", "shape", "True", "False", "<f4", "|u1", "<U9", "|O", "<M8[ns]"),
    *("(", ")", "(((", "[", "]", "{", "}", "'", '"', "\\", ",", ":", "#", "\n", "\0", "L", "-"),
    *(
        "-1",
        "0",
        "9" * 9,
        "9" * 19,
        "9" * 400,
        "1e9",
        "0x10",
        "1_0",
        "16",
        "4",
        "None",
        "lambda: 0",
    ),
    *("'shape': (4, 16, 16)", "'descr': [('a', '<f4')]", "'descr': '<U999999999'", "(" * 900),
]


def change(content, rng, most=3):
    """Changes some bytes: other values, parts cut out, doubled or put elsewhere."""
    content = bytearray(content)
    for _ in range(rng.randrange(1, most + 1)):
        place, length = rng.randrange(len(content) + 1), rng.randrange(1, 9)
        way = rng.randrange(5)
        if way == 0:
            content[place : place + length] = rng.randbytes(length)
        elif way == 1:
            content[place : place + 1] = bytes([rng.choice((0, 1, 0x7F, 0x80, 0xFF))])
        elif way == 2:
            del content[place : place + length]
        elif way == 3:
            content[place:place] = content[place : place + length]
        else:
            other = rng.randrange(len(content) + 1)
            content[place : place + length] = content[other : other + length]
    return bytes(content)


def change_header(content, rng):
    """Changes the header of an .npy file: its bytes, or whole words of it."""
    end = content.index(b"\n") + 1
    header, values = content[:end], content[end:]
    if rng.random() < 0.5:
        return change(header, rng, 1) + values
    text = header[10:].decode("latin-1")
    for _ in range(rng.randrange(1, 3)):
        place = rng.randrange(len(text))
        word = rng.choice(HEADER_WORDS)
        if rng.random() < 0.5:  # in place of another word
            old = rng.choice([word for word in HEADER_WORDS if word in text])
            place = text.index(old)
            text = text[:place] + text[place + len(old) :]
        text = text[:place] + word + text[place:]
    text = text.encode("latin-1")
    length = len(text) if rng.random() < 0.9 else rng.randrange(2**16)
    version, width = rng.choice([(1, 2), (1, 2), (2, 4), (3, 4), (9, 4)])
    start = (
        b"\x93NUMPY" + bytes([version, 0]) + (length % 2 ** (8 * width)).to_bytes(width, "little")
    )
    return start + text + values


@given(
    st.integers(0, 2**31),
    st.sampled_from(["u1", "f4", "f8", ">i2", "?", "f2"]),
    st.sampled_from(["i8", "U3", "S3", "O", "M8[ns]", "f4", "u1", "i4", "?"]),
    st.sampled_from(["header", "header", "archive", "archive", "both", "values"]),
    st.sampled_from([*[zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED] * 4, zipfile.ZIP_LZMA]),
)
def changed_arrays(seed_, dtype, label_dtype, way, compression):
    """Archives with a changed header, directory or value. What `data` reads is loaded whole."""
    rng = random.Random(seed_)
    labels = np.arange(4).astype("i8" if label_dtype[0] in "OM" else "U1").astype(label_dtype)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, array in (("x_train", np.zeros((4, 16, 16), dtype)), ("y_train", labels)):
            file = io.BytesIO()
            np.lib.format.write_array(file, array, allow_pickle=True)
            array = file.getvalue()
            if way in ("header", "both") and rng.random() < 0.5:
                array = change_header(array, rng)
            elif way == "values":
                array = array[:128] + change(array[128:], rng)
            archive.writestr(f"{name}.npy", array)
            if rng.random() < 0.05:
                with warnings.catch_warnings(action="ignore"):
                    archive.writestr(f"{name}.npy", array)
    content = content.getvalue()
    if way in ("archive", "both"):
        start = content.rindex(b"PK\1\2", 0, content.rindex(b"PK\1\2"))  # where the list begins
        first = rng.randrange(2) * start  # the list of entries, or all
        content = content[:first] + change(content[first:], rng)
    pathlib.Path("changed.npz").write_bytes(content)
    if command("data", "changed.npz") == 0:
        check_loaded("changed.npz")


@given(st.integers(0, 2**31), st.booleans(), st.sampled_from(["header", "header", "all", "packed"]))
def changed_idx_files(seed_, is_packed, way):
    """IDX files with a changed header. What `data` reads is loaded whole."""
    rng = random.Random(seed_)
    folder = pathlib.Path("idx")
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    images = b"\0\0\x08\x03" + b"\0\0\0\x04" + b"\0\0\0\x10" * 2 + bytes(1024)
    labels = b"\0\0\x08\x01" + b"\0\0\0\x04" + bytes(range(4))
    suffix = ".gz" if is_packed or way == "packed" else ""
    for name, content, header in (("images-idx3", images, 16), ("labels-idx1", labels, 8)):
        if rng.random() < 0.7 and way != "packed":
            end = header if way == "header" else len(content)
            content = change(content[:end], rng) + content[end:]
        if suffix:
            content = gzip.compress(content)
        if way == "packed":
            content = change(content, rng)
        (folder / f"train-{name}-ubyte{suffix}").write_bytes(content)
    if command("data", "idx") == 0:
        check_loaded("idx")


def check_loaded(source):
    with contextlib.redirect_stdout(io.StringIO()):
        (images, labels), _ = load_dataset(source)
    assert images.ndim == 4 and images.dtype == np.float32 and images.size
    assert -1 <= images.min() <= images.max() <= 1
    assert labels is None or (labels.shape == images.shape[:1] and labels.dtype == np.int64)


CHECKS = (
    *(options, arrays, damaged_files, hostile_files, changed_images),
    *(changed_arrays, changed_idx_files),
)

if __name__ == "__main__":
    main()
