"""Single files: all formats, every depth, broken metadata and truncation."""

import concurrent.futures
import io
import os
import struct
import threading
import time
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin, features

from dcgan_tf.data import image_files

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # pytest resets our own filter

LOSSLESS = {
    "PNG": {},
    "WEBP": {"lossless": True},
    "BMP": {},
    "TIFF": {"compression": "tiff_lzw"},
    "JPEG2000": {"irreversible": False},
    "PPM": {},
    "QOI": {},
    "SGI": {},
    "PCX": {},
    "DDS": {},
    "ICO": {"sizes": [(24, 16)]},
}


def encode(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def image(rng):
    """Noise of 24x16 pixels in three colours."""
    return Image.fromarray(rng.integers(0, 256, (16, 24, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", LOSSLESS)
def test_formats_without_loss(image, kind):
    read, is_grey = image_files.decode(encode(image, kind, **LOSSLESS[kind]))
    assert read.mode == "RGB" and not is_grey
    np.testing.assert_array_equal(np.asarray(read), np.asarray(image))


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "AVIF"])
def test_formats_with_loss(kind):
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    ramp = Image.linear_gradient("L")
    read, _ = image_files.decode(encode(ramp, kind))
    assert read.size == (256, 256)
    red = np.asarray(read.convert("RGB"), int)[..., 0]
    np.testing.assert_allclose(red, np.asarray(ramp, int), atol=6)


def test_the_first_of_several_frames_is_read(image):
    frames = [image, Image.new("RGB", image.size, "red")]
    for kind in ("WEBP", "TIFF", "PNG"):
        options = {"save_all": True, "append_images": frames[1:]}
        content = encode(image, kind, **options, **({"lossless": True} if kind == "WEBP" else {}))
        read, _ = image_files.decode(content)
        np.testing.assert_array_equal(np.asarray(read), np.asarray(image))


def test_cmyk_photographs_keep_their_colours():
    red = Image.new("RGB", (16, 16), (200, 30, 20)).convert("CMYK")
    read, _ = image_files.decode(encode(red, "JPEG", quality=95))
    np.testing.assert_allclose(np.asarray(read)[8, 8].astype(int), (200, 30, 20), atol=8)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_as_pillow_does(image, orientation):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[image_files.ORIENTATION] = orientation
    content = encode(image, "PNG", exif=exif)
    read, _ = image_files.decode(content)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    np.testing.assert_array_equal(np.asarray(read), np.asarray(expected))


@pytest.mark.parametrize(
    ("kind", "count", "value"),
    [
        (2, 2, b"6\0\0\0"),  # text
        (7, 1, b"\x06\0\0\0"),  # bytes of any kind
        (5, 1, b"\xff\xff\xff\xff"),  # a fraction that lies outside of the file
        (3, 9, b"\x06\0\0\0"),  # nine numbers in the place of one
        (99, 1, b"\x06\0\0\0"),  # no such type
    ],
)
def test_an_odd_orientation_leaves_the_image_as_it_is(image, kind, count, value):
    entry = struct.pack("<HHHI", 1, image_files.ORIENTATION, kind, count) + value
    exif = b"Exif\0\0II*\0\x08\0\0\0" + entry + bytes(4)
    jpeg = encode(image, "JPEG")
    with_exif = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    read, _ = image_files.decode(with_exif)
    plain, _ = image_files.decode(jpeg)
    np.testing.assert_array_equal(np.asarray(read), np.asarray(plain))


def chunk(kind, content, checksum=None):
    right = zlib.crc32(kind + content)
    checksum = right if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


@pytest.mark.parametrize(
    "broken",
    [
        chunk(b"iCCP", b"name\0\0" + zlib.compress(b"profile")[:-6]),
        chunk(b"iCCP", b"x", checksum=1),
        chunk(b"tEXt", b"a" * 40, checksum=7),
        chunk(b"zTXt", b"key\0\0" + zlib.compress(bytes(2**27))),  # 128 MiB of text
        chunk(b"pHYs", b"\0"),
        chunk(b"gAMA", b""),
    ],
    ids=["profile", "checksum", "text", "much text", "density", "gamma"],
)
def test_broken_metadata_does_not_bring_down_a_png(image, broken):
    png = encode(image, "PNG")
    for place in (33, len(png) - 12):  # after the header, and before the end
        read, _ = image_files.decode(png[:place] + broken + png[place:])
        np.testing.assert_array_equal(np.asarray(read), np.asarray(image))


def test_broken_metadata_does_not_bring_down_a_jpeg(image):
    jpeg = encode(image, "JPEG", comment=b"fine")
    plain, _ = image_files.decode(jpeg)
    profile = b"ICC_PROFILE\0" + b"\x01"  # the number of its parts is missing
    broken = jpeg[:2] + b"\xff\xe2" + struct.pack(">H", len(profile) + 2) + profile + jpeg[2:]
    read, _ = image_files.decode(broken)
    np.testing.assert_array_equal(np.asarray(read), np.asarray(plain))
    assert image_files._strip_metadata(broken) == image_files._strip_metadata(jpeg)
    assert b"fine" not in image_files._strip_metadata(jpeg)


def test_grey_images_with_many_bits_keep_their_range():
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16)
    for kind in ("PNG", "TIFF"):
        read, is_grey = image_files.decode(encode(Image.fromarray(ramp), kind))
        assert read.mode == "F" and is_grey
        np.testing.assert_array_equal(np.asarray(read), ramp)


def test_transparent_places_become_white():
    info = PngImagePlugin.PngInfo()
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 9, 99, 9])
    palette.putpixel((0, 0), 0)
    read, _ = image_files.decode(encode(palette, "PNG", transparency=0, pnginfo=info))
    assert read.getpixel((0, 0)) == (255, 255, 255) and read.getpixel((1, 1)) == (9, 99, 9)
    half = Image.new("LA", (4, 4), (0, 128))
    read, is_grey = image_files.decode(encode(half, "PNG"))
    assert is_grey and read.getpixel((0, 0)) == pytest.approx(127, abs=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "PPM"])
def test_truncated_files_are_refused_at_every_length(image, kind):
    content = encode(image, kind)
    # Without its last 12 bytes, the end mark, a PNG file still has all of its pixels.
    for length in range(len(content) - (12 if kind == "PNG" else 2)):
        try:
            read, _ = image_files.decode(content[:length])
        except ValueError as error:
            assert str(error)
        else:
            whole, _ = image_files.decode(content)
            np.testing.assert_array_equal(np.asarray(read), np.asarray(whole))


def test_an_eps_file_is_no_image(tmp_path):
    path = tmp_path / "figure.eps"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    assert not image_files.is_image(path)
    path = path.rename(tmp_path / "figure.png")
    with pytest.raises(ValueError, match="no image of a format that we read"):
        image_files.decode(path.read_bytes())


def test_an_image_is_known_by_its_content(image, tmp_path):
    for name, content, expected in (
        ("no_ending", encode(image, "PNG"), True),
        ("photo.dat", encode(image, "JPEG"), True),
        ("photo.JPG", b"", True),  # damaged, and we have to say so
        ("text.txt", b"P1 is a good name", False),
        ("empty", b"", False),
    ):
        (tmp_path / name).write_bytes(content)
        assert image_files.is_image(tmp_path / name) == expected


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB", "L", "1"])
def test_transparency_becomes_white_row_by_row_as_in_one_go(image, rng, mode, monkeypatch):
    opacity = Image.fromarray(rng.integers(0, 256, (16, 24), dtype=np.uint8))
    picture = image.convert(mode)
    options = {"transparency": {"P": 3, "RGB": (1, 2, 3), "L": 7, "1": 1}.get(mode)}
    if mode in ("RGBA", "LA"):
        picture.putalpha(opacity)
        options = {}
    content = encode(picture, "PNG", **options)
    with Image.open(io.BytesIO(content)) as opened:
        transparent = opened.convert("RGBA")
        expected = Image.alpha_composite(Image.new("RGBA", opened.size, "white"), transparent)
    monkeypatch.setattr(image_files, "AT_ONCE", 24 * 3)  # 16 rows: five parts of three, and one
    read, is_grey = image_files.decode(content)
    assert is_grey == (mode in ("LA", "L", "1"))
    np.testing.assert_array_equal(read, expected.convert(read.mode))


@pytest.mark.parametrize(
    ("kind", "size", "together"),
    [
        ("PNG", (30, 30), image_files.THREADS),
        ("PNG", (80, 80), 1),
        ("JPEG", (80, 80), image_files.THREADS),  # decoded at half of its size
    ],
)
def test_few_images_are_read_at_a_time_and_large_ones_alone(
    tmp_path, kind, size, together, monkeypatch
):
    monkeypatch.setattr(image_files, "LARGE", 50 * 50)
    Image.new("L", size).save(tmp_path / "image", kind)
    inside, most, lock = [], [], threading.Lock()

    def read(path):
        with image_files.open_image(path, (30, 30)) as (_, is_grey, content):
            assert is_grey and content == path.read_bytes()
            with lock:
                inside.append(path)
                most.append(len(inside))
            time.sleep(0.02)
            with lock:
                inside.remove(path)

    with concurrent.futures.ThreadPoolExecutor(3 * image_files.THREADS) as pool:
        list(pool.map(read, [tmp_path / "image"] * 30))
    assert len(most) == 30 and max(most) == together


def test_a_progressive_photograph_counts_in_full():
    for progressive in (False, True):
        content = encode(Image.new("L", (80, 80)), "JPEG", progressive=progressive)
        with Image.open(io.BytesIO(content)) as opened:
            assert image_files._count_pixels(opened, (30, 30)) == (6400 if progressive else 1600)


def test_an_image_that_fails_gives_its_place_to_others(tmp_path, image, monkeypatch):
    monkeypatch.setattr(image_files, "LARGE", 10)
    image.save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:300])
    for _ in range(2 * image_files.THREADS):
        with pytest.raises(ValueError, match="truncated"):
            image_files.open_image(tmp_path / "cut.png").__enter__()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:  # the lock would be no bar to our thread

        def read():
            with image_files.open_image(tmp_path / "whole.png") as (opened, _, _):
                return opened.size

        assert pool.submit(read).result(timeout=60) == image.size


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_what_is_no_regular_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    for name in ("pipe.png", "zero.png"):
        with pytest.raises(ValueError, match="no regular file"):
            image_files.open_image(tmp_path / name).__enter__()
        (tmp_path / name).rename(tmp_path / "without suffix")
        assert not image_files.is_image(tmp_path / "without suffix")


@pytest.mark.parametrize("kind", ["png", "new bitmap", "old bitmap"])
def test_an_icon_with_a_picture_larger_than_it_says_is_not_decoded(kind, monkeypatch):
    picture = {
        "png": encode(Image.new("RGBA", (5000, 5000)), "PNG"),
        "new bitmap": struct.pack("<IiiHHI", 40, 5000, -10_000, 1, 32, 0) + bytes(1000),
        "old bitmap": struct.pack("<IHHHH", 12, 50_000, 60_000, 1, 24) + bytes(1000),
    }[kind]
    small = encode(Image.new("RGBA", (16, 16)), "PNG")
    entries = [(small, 38), (picture, 38 + len(small))]
    content = struct.pack("<HHH", 0, 1, 2) + b"".join(
        struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(each), place) for each, place in entries
    )
    content += small + picture
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match="an icon of .* pixels"):
        image_files.decode(content)


@pytest.mark.parametrize("side", [16, 2**15])
def test_a_tile_larger_than_its_image_counts(side):
    entries = {256: 16, 257: 16, 258: 8, 259: 1, 262: 1, 277: 1, 324: 200, 325: 256}
    entries = sorted({**entries, **dict.fromkeys(image_files.TILE_SIDES, side)}.items())
    content = b"II*\0" + struct.pack("<IH", 8, len(entries))
    content += b"".join(struct.pack("<HHII", key, 4, 1, value) for key, value in entries)
    content = content.ljust(200, b"\0") + bytes(range(256))
    if side == 16:
        read, _ = image_files.decode(content)
        np.testing.assert_array_equal(np.asarray(read).ravel(), np.arange(256))
    else:
        with pytest.raises(ValueError, match="32,768 x 32,768 pixels, more than"):
            image_files.decode(content)
