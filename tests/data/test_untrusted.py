"""Archives and headers as no program of goodwill writes them."""

import io
import os
import struct
import warnings
import zipfile

import numpy as np
import pytest
from helpers import refused

from dcgan_tf import load_dataset
from dcgan_tf.data import untrusted

IMAGES = np.zeros((2, 4, 4), np.uint8)


def npy(header, values=bytes(32), version=1):
    """An .npy file with any text as its header."""
    header = header.encode("latin-1")
    width = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(width, len(header)) + header + values


def dictionary(dtype="'|u1'", order="False", shape="(2, 4, 4)"):
    return f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}"


def write_archive(path, *contents, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for content in contents:
            with warnings.catch_warnings(action="ignore"):  # of a name that occurs twice
                archive.writestr("x_train.npy", content)


HEADERS = {
    "unclosed": "{'descr': '|u1",
    "unclosed, many lines": '"""' + "\n" * 300,
    "unclosed bracket": dictionary(shape="(2, 4, 4"),
    "nested": dictionary(shape="(" * 400),
    "deeply nested": "-" * 60_000 + "1",
    "empty": "",
    "list": "[1, 2]",
    "call": dictionary(shape="(__import__('os').getpid(),)"),
    "no number": dictionary(shape="(None, 4, 4)"),
    "negative": dictionary(shape="(-2, 4, -4)"),
    "float": dictionary(shape="(2.0, 4, 4)"),
    "beyond a C long": dictionary(shape=f"({2**64}, 4, 4)"),
    "beyond any number": dictionary(shape=f"({'9' * 600},)"),
    "one number": dictionary(shape="32"),
    "two shapes": "{'descr': '|u1', 'shape': (2, 4, 4), 'shape': (2, 4, 4)}",
    "another key": dictionary()[:-1] + "'more': 1}",
    "structured": dictionary(dtype="[('a', '|u1')]"),
    "dates": dictionary(dtype="'<M8[ns]'"),
    "no type": dictionary(dtype="''"),
    "no order": dictionary(order="None"),
    "other letters": dictionary(dtype="'\x93|u1'"),
}
OTHERS = {
    "no such type": (dictionary(dtype="'|u3'"), "unknown type"),
    "nothing in a text": (dictionary(dtype="'<U0'"), "its texts have 0 bytes"),
    "long texts": (dictionary(dtype="'<U99999'"), "its texts have 399,996 bytes"),
    "longer texts": (dictionary(dtype="'<U999999999'"), "unknown type|its texts have"),
    "objects": (dictionary(dtype="'|O'"), "Python objects, which are never loaded"),
    "more values": (dictionary(shape="(3, 4, 4)"), "it is incomplete"),
    "many more": (dictionary(shape=f"({10**17}, {10**17}, {10**17})"), "it is incomplete"),
    "fewer values": (dictionary(shape="(1, 4, 4)"), "it is longer than its header says"),
    "none of many": (dictionary(shape=f"(0, {10**17}, {10**17})"), "longer than its header"),
}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", [*HEADERS, *OTHERS])
def test_strange_headers_are_refused(tmp_path, name, compression):
    header, message = OTHERS.get(name) or (HEADERS[name], "is not that of a plain array")
    write_archive(tmp_path / "data.npz", npy(header), compression=compression)
    refused(tmp_path / "data.npz", f"npz file cannot be read .'x_train.npy': .*({message})")


@pytest.mark.parametrize(
    "header",
    [
        dictionary(),
        dictionary(shape="(2L, 4L, 4L)"),
        '{"shape":(2,4,4),"fortran_order":False,"descr":"|u1"}',
        "{ 'fortran_order' : False ,\n'descr':'<u1', 'shape': ( 2 ,4, 4 , ) }  \n",
    ],
)
@pytest.mark.parametrize("version", [1, 2])
def test_headers_of_other_writers_are_read(tmp_path, header, version):
    write_archive(tmp_path / "data.npz", npy(header, bytes(range(32)), version))
    (x_train, _), _ = load_dataset(tmp_path / "data.npz")
    expected = np.arange(32).reshape(2, 4, 4, 1) * (2 / 255) - 1
    np.testing.assert_allclose(x_train, expected, atol=1e-6)


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", ["u1", ">i2", "<f8", "f2"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_read_as_numpy_does(tmp_path, rng, order, dtype, save):
    array = rng.integers(0, 256, (5, 6, 7)).astype(dtype, order=order)
    save(tmp_path / "data.npz", x=array)
    with untrusted.open_archive(tmp_path / "data.npz") as archive:
        stored = untrusted.open_npy(archive, archive.infolist()[0])
        read = stored.read()
    assert stored.shape == read.shape and stored.dtype == read.dtype == dtype
    assert stored.nbytes == array.nbytes
    np.testing.assert_array_equal(read, np.load(tmp_path / "data.npz")["x"])


def test_texts_with_letters_that_do_not_exist_are_refused(tmp_path):
    for code in (0xD800, 0x110000, 0xFFFFFFFF):
        for kind in "<>":
            labels = np.array(["a", "b"], f"{kind}U1")
            labels.view(f"{kind}u4")[1] = code
            np.savez(tmp_path / "data.npz", x_train=IMAGES, y_train=labels)
            refused(tmp_path / "data.npz", "'y_train.npy': its texts have letters that do not exi")


@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("damage", [False, True])
def test_other_compressions_are_refused(tmp_path, compression, damage):
    write_archive(tmp_path / "data.npz", npy(dictionary()), compression=compression)
    content = bytearray((tmp_path / "data.npz").read_bytes())
    if damage:
        content[45:60] = bytes(15)
    (tmp_path / "data.npz").write_bytes(content)
    refused(tmp_path / "data.npz", "compressed in another way than NumPy does it")


def changed(content, signature, place, value):
    """Changes a field of the last record with this signature."""
    start = content.rindex(signature) + place
    return content[:start] + value + content[start + len(value) :]


ENTRY, END = b"PK\1\2", b"PK\5\6"
CHANGES = {
    "encrypted": (ENTRY, 8, b"\1\0", "it is encrypted"),
    "strongly encrypted": (ENTRY, 8, b"\x41\0", "it is encrypted"),
    "patched": (ENTRY, 8, b"\x20\0", "patched data"),
    "of another version": (ENTRY, 6, b"\xff\0", "zip file version 25.5"),
    "unknown compression": (ENTRY, 10, b"\x63\0", "compressed in another way"),
    "checksum": (ENTRY, 16, b"\1\2\3\4", "Bad CRC-32"),
    "packed size": (ENTRY, 20, b"\1\0\0\0", "."),
    "size": (ENTRY, 24, b"\xfe\xff\xff\xff", "longer than its header says"),
    "zip64 size without one": (ENTRY, 24, b"\xff\xff\xff\xff", "zip64|longer than its header says"),
    "place": (ENTRY, 42, b"\xf0\xff\xff\xff", "."),
    "length of the name": (ENTRY, 28, b"\xff\xff", "."),
    "name that is no text": (ENTRY, 9, b"\x08", "."),
    "number of entries": (END, 10, b"\xff\xff", "."),
    "length of the list": (END, 12, b"\xf0\xff\xff\xff", "."),
    "place of the list": (END, 16, b"\xf0\xff\xff\x7f", "."),
}


@pytest.mark.parametrize("name", CHANGES)
def test_archives_whose_list_is_wrong_are_refused_or_read(tmp_path, name):
    signature, place, value, message = CHANGES[name]
    write_archive(tmp_path / "data.npz", npy(dictionary()))
    whole = (tmp_path / "data.npz").read_bytes()
    (tmp_path / "data.npz").write_bytes(changed(whole, signature, place, value))
    try:
        (x_train, _), _ = load_dataset(tmp_path / "data.npz")
    except ValueError:
        refused(tmp_path / "data.npz", f"npz file cannot be read .*{message}")
    else:
        assert message == "." and x_train.shape == (2, 4, 4, 1)


def test_two_arrays_of_one_name_are_refused(tmp_path):
    write_archive(tmp_path / "data.npz", npy(dictionary()), npy(dictionary(), bytes(range(32))))
    refused(tmp_path / "data.npz", "several arrays of one name")


def test_a_file_of_two_kinds_is_refused(tmp_path):
    file = io.BytesIO()
    np.save(file, IMAGES)
    write_archive(tmp_path / "data.npz", npy(dictionary()))
    archive = (tmp_path / "data.npz").read_bytes()
    (tmp_path / "data.npz").write_bytes(file.getvalue() + archive)
    refused(tmp_path / "data.npz", "does not begin as a zip file")
    (tmp_path / "data.npz").write_bytes(file.getvalue())
    refused(tmp_path / "data.npz", "does not begin as a zip file")
    write_archive(tmp_path / "data.npz", archive)
    refused(tmp_path / "data.npz", "it is no array")


def test_arrays_that_are_not_needed_are_not_looked_at(tmp_path):
    np.savez(tmp_path / "data.npz", x_train=IMAGES, notes=np.array([{}], object))
    assert load_dataset(tmp_path / "data.npz")[0][0].shape == (2, 4, 4, 1)


def test_a_list_of_many_entries_is_not_read_whole(tmp_path, monkeypatch):
    arrays = {f"array_{i:05d}": np.zeros(1) for i in range(300)}
    np.savez(tmp_path / "data.npz", x_train=IMAGES, **arrays)
    assert load_dataset(tmp_path / "data.npz")[0][0].shape == (2, 4, 4, 1)
    monkeypatch.setattr(untrusted, "READ_AT_ONCE", 10_000)
    refused(tmp_path / "data.npz", "Truncated central directory")
    np.savez(tmp_path / "data.npz", **arrays)
    monkeypatch.setattr(untrusted, "READ_AT_ONCE", 2**20)
    refused(tmp_path / "data.npz", "has no images.*'array_00009'. and more")


@pytest.fixture
def special_file(tmp_path):
    """Makes a pipe, or a link to a device, with any name."""

    def make(path, kind):
        path.parent.mkdir(exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(kind)
        return path

    return make


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/dev/stdin"])
def test_pipes_and_devices_are_not_read(tmp_path, special_file, kind):
    """If they were, the test would hang or fill the memory."""
    path = special_file(tmp_path / "data.npz", kind)
    refused(path, "not a data file")
    for read in (untrusted.open_file, lambda path: untrusted.open_archive(path).__enter__()):
        with pytest.raises((ValueError, OSError)):
            read(path)
    special_file(tmp_path / "idx" / "train-images-idx3-ubyte", kind)
    refused(tmp_path / "idx", "IDX files cannot be read .*(no regular file|No such device)")
    special_file(tmp_path / "packed" / "train-images-idx3-ubyte.gz", kind)
    refused(tmp_path / "packed", "IDX files cannot be read .*(no regular file|No such device)")
    special_file(tmp_path / "images" / "a.png", kind)
    refused(tmp_path / "images", "no images in the folder")


def test_links_to_regular_files_are_read(tmp_path):
    np.savez(tmp_path / "there.npz", x_train=IMAGES)
    (tmp_path / "data.npz").symlink_to(tmp_path / "there.npz")
    assert load_dataset(tmp_path / "data.npz")[0][0].shape == (2, 4, 4, 1)
