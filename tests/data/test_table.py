import csv

import numpy as np
import pytest
from sklearn import datasets

from dcgan_tf.data.table import TABLES, open_table, write_table


def write(path, header, rows, delimiter=","):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return str(path)


def test_the_bundled_tables_are_those_of_scikit_learn():
    loaders = {
        "diabetes": lambda: datasets.load_diabetes(scaled=False),
        "wine": datasets.load_wine,
        "breast-cancer": datasets.load_breast_cancer,
    }
    assert set(TABLES) == set(loaders)
    for name, load in loaders.items():
        bunch, table = load(), open_table(name)
        assert [column.name for column in table.columns[:-1]] == list(bunch.feature_names)
        for column, values in zip(table.columns, bunch.data.T, strict=False):
            if column.categories is None:
                np.testing.assert_array_equal(column.values, values)
        assert table.digest is None and len(table) == len(bunch.target)
    assert open_table("wine").columns[-1].categories == ("class_0", "class_1", "class_2")
    kinds = [column.categories for column in open_table("diabetes").columns]
    assert kinds[1] == ("1", "2") and kinds.count(None) == 10


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_is_written_is_what_was_read(tmp_path, delimiter):
    """Names with commas and quotes, Chinese, numbers of all forms, and gaps of both kinds."""
    header = ['price, "net"', "金额", "small", "city", "grade"]
    rows = [
        [f"{i / 4:.2f}", i if i % 7 else "NA", f"{(i + 1) * 1.5e-7:.6g}", city, i % 3]
        for i, city in zip(range(60), ["Köln", "北京", ""] * 20, strict=True)
    ]
    source = write(tmp_path / "in.csv", header, rows, delimiter)
    table = open_table(source)
    assert [column.categories for column in table.columns[:3]] == [None] * 3
    assert table.columns[3].categories == ("", "Köln", "北京")
    assert np.isnan(table.columns[1].values).sum() == 9
    write_table(tmp_path / "out.csv", table.columns, table.delimiter)
    written = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert written == (tmp_path / "in.csv").read_text(encoding="utf-8").replace("\r\n", "\n")
    expected = "columns of numbers: 3 (with missing values: 1), columns of categories: 2"
    assert table.notes == (expected,)


def test_a_mark_of_the_byte_order_and_empty_lines_are_no_data(tmp_path):
    lines = ["size,kind", *(f"{i},{i % 2}" for i in range(50)), ",", ""]
    (tmp_path / "excel.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    table = open_table(tmp_path / "excel.csv")
    assert table.columns[0].name == "size" and len(table) == 50


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (["5.1", "setosa"], [[5, "a"]] * 60, "'5.1' as the name of column 1"),
        (["a", ""], [[5, "a"]] * 60, "'' as the name of column 2"),
        (["a", "a"], [[5, "a"]] * 60, "'a' as the name of column 1"),
        (["a"], [[5]] * 60, "a first line of 1 names. Expected 2 to 200 columns"),
        (["a", "b"], [[5, "a"]], "Received: 1 row. Expected at least 50"),
        (["a", "b"], [[5, "a"]] * 60 + [[5]], "1 cells in line 62"),
        (["a", "b"], [[i, 1] for i in range(60)] + [["six", 1]], "'six' among .* 'a', in line 62"),
        (["a", "b"], [[i, 1] for i in range(60)] + [["1e999", 1]], "'1e999' among"),
        (["a", "b"], [[f"n{i}", 1] for i in range(10_000)], "10,000 different texts in .* 'a'"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path, header, rows, message):
    source = write(tmp_path / "bad.csv", header, rows)
    with pytest.raises(ValueError, match=message) as info:
        open_table(source)
    assert "bad.csv' cannot be read. Received: " in str(info.value)
    assert ". Expected " in str(info.value) and "\n" not in str(info.value)


def test_what_is_no_file_of_text_is_refused(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)))
    (tmp_path / "long.csv").write_text("a,b\n" + 200_000 * "x" + ",1\n")
    for name, message in (
        ("empty.csv", "an empty file"),
        ("bytes.csv", "not UTF-8"),
        ("long.csv", "field larger than field limit"),
        ("none.csv", "No such file .* one of diabetes, wine, breast-cancer, or the path"),
        (".", "Is a directory"),
    ):
        with pytest.raises(ValueError, match=message):
            open_table(tmp_path / name)
