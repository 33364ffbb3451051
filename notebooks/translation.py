"""Keeps the Chinese edition in step with the English one.

A Chinese file consists of pieces, one for each piece of the English file, in the same order. A
piece is a cell of a chapter, or a part of a page from one heading to the next. Above each piece
stands a comment with its kind and a mark of the English text that it translates:

    <!-- markdown 1a2b3c4d -->

When the English text changes, its mark changes too, and the comparison names the piece. It also
compares what a translation keeps (formulas, code, links, headings, numbers), and looks for words
that the Chinese glossary does not use and for punctuation that is not Chinese.

    python notebooks/translation.py                           compares everything
    python notebooks/translation.py notebooks/zh/03_game.md   one file
    python notebooks/translation.py --start notebooks/03_game.py
                             writes a new Chinese file that still holds the English text
    python notebooks/translation.py --accept notebooks/zh/03_game.md
                             writes the new marks, when the translation follows the changes
"""

import argparse
import collections
import dataclasses
import functools
import hashlib
import pathlib
import re
import sys

import jupytext
import nbformat

ROOT = pathlib.Path(__file__).parents[1]
CHINESE = "\u3400-\u9fff"
FOLDERS = {"notebooks": ".py", "docs": ".md"}
GLOSSARY = ROOT / "docs" / "zh" / "glossary.md"
README = ROOT / "README.zh-CN.md"
MARK = re.compile(r"^<!-- (\w+) ([0-9a-f]{8}) -->$", re.MULTILINE)
SETTINGS = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
FORMULA = re.compile(r"(?<![\\$])\$\$?(?!\$)(.+?)(?<!\\)\$\$?", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (?:(\d+)\. |Exercise (\d+) ([★☆]{3}))?", re.MULTILINE)
CHINESE_HEADING = re.compile(r"^(#+) (?:(\d+)\. |练习 (\d+) ([★☆]{3}))?", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*\.\d+(?!\w)|(?<![\w.,])\d[\d,]+\d(?![\w.]|,\d)(?! million)")
TAKES = re.compile(r"Takes \S+ s on two CPU cores")
CHINESE_TAKES = re.compile(r"(?<=在两个 CPU 核上运行需要 )\S+(?= 秒)")


@dataclasses.dataclass
class Piece:
    """A cell of a chapter, or a part of a page.

    Attributes:
        kind: Str, `"markdown"`, `"code"` or `"section"`.
        text: Str.
        mark: Str, eight hexadecimal digits: of an English piece its own, of a Chinese piece that of
            the English text which it translates.
        line: Int, the line of a Chinese file in which the piece begins.
    """

    kind: str
    text: str
    mark: str
    line: int = 0


def make_mark(text):
    """The first eight hexadecimal digits of a text's SHA-256.

    Where its lines break makes no difference, nor does the time that a chapter takes.
    """
    words = TAKES.sub("", text).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]


def read_english(path):
    """Reads the pieces of a chapter's source (.py) or of a page (.md)."""
    if path.suffix == ".py":
        cells = jupytext.read(path).cells
        return [Piece(cell.cell_type, cell.source, make_mark(cell.source)) for cell in cells]
    return [Piece("section", text, make_mark(text)) for text in split_page(path.read_text("utf-8"))]


def split_page(text):
    """Cuts a page before each heading that stands outside of a block of code.

    The settings of a page at its top, between lines of three dashes, belong to no piece.
    """
    text = SETTINGS.sub("", text)
    blocks = [match.span() for match in FENCE.finditer(text)]
    cuts = [
        match.start()
        for match in re.finditer(r"^#+ ", text, re.MULTILINE)
        if not any(start <= match.start() < end for start, end in blocks)
    ]
    parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [part.strip() for part in parts if part.strip()]


def read_chinese(path):
    """Reads the pieces of a Chinese file."""
    text = path.read_text("utf-8")
    marks = list(MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        Piece(
            kind=mark[1],
            text=text[mark.end() : end].strip(),
            mark=mark[2],
            line=text.count("\n", 0, mark.start()) + 1,
        )
        for mark, end in zip(marks, ends, strict=True)
    ]


def find_english(chinese):
    """The English file of a Chinese one."""
    if chinese == README:
        return ROOT / "README.md"
    folder = chinese.parents[1]
    return folder / f"{chinese.stem}{FOLDERS[folder.name]}"


def find_chinese(english):
    """The Chinese file of an English one."""
    if english == ROOT / "README.md":
        return README
    return english.parent / "zh" / f"{english.stem}.md"


def list_chinese():
    """All Chinese files of the repository."""
    return [
        *(path for name in FOLDERS for path in sorted((ROOT / name / "zh").glob("*.md"))),
        README,
    ]


def write_chinese(path, pieces, settings=""):
    """Writes a Chinese file: the settings of the page, and each piece below its mark."""
    parts = [f"<!-- {piece.kind} {piece.mark} -->\n{piece.text}".strip() for piece in pieces]
    path.write_text("\n\n".join([settings.strip(), *parts]).strip() + "\n", "utf-8")


def start(english):
    """Writes a Chinese file whose text is still English, and returns its path."""
    path = find_chinese(english)
    if path.exists():
        raise FileExistsError(f"{path} is there already.")
    pieces = read_english(english)
    for piece in pieces:
        if piece.kind == "code":
            piece.text = ""
    settings = SETTINGS.match(english.read_text("utf-8"))
    write_chinese(path, pieces, settings[0] if settings else "")
    return path


def accept(path):
    """Writes the marks of the English text as it is now into a Chinese file."""
    english, chinese = read_english(find_english(path)), read_chinese(path)
    if [piece.kind for piece in english] != [piece.kind for piece in chinese]:
        raise ValueError(f"{path}: its pieces are not those of {find_english(path)}.")
    for source, piece in zip(english, chinese, strict=True):
        piece.mark = source.mark
    settings = SETTINGS.match(path.read_text("utf-8"))
    write_chinese(path, chinese, settings[0] if settings else "")


def compare(path):
    """Compares a Chinese file with the English one, piece by piece.

    Returns:
        List of str, what is wrong, each with the line of the Chinese file.
    """
    source = find_english(path)
    english, chinese = read_english(source), read_chinese(path)
    if [piece.kind for piece in english] != [piece.kind for piece in chinese]:
        return [describe_gap(path, source, english, chinese)]
    faults = []
    for number, (one, other) in enumerate(zip(english, chinese, strict=True)):
        place = f"{path.relative_to(ROOT)}:{other.line}"
        if one.mark != other.mark:
            faults.append(
                f"{place}: piece {number} of {source.name} has changed since it was translated: "
                f"{one.text[:60]!r}. Translate the change, then accept it."
            )
        if one.kind != "code":
            found = compare_texts(one.text, other.text)
            found += compare_links((source, one.text), (path, other.text))
            found += check_language(other.text, check_words=path != GLOSSARY)
            faults += [f"{place}: {fault}" for fault in found]
    return faults


def describe_gap(path, source, english, chinese):
    """Says where the pieces of two files begin to differ."""
    marks = [piece.mark for piece in chinese]
    for number, piece in enumerate(english):
        if piece.mark not in marks:
            return (
                f"{path.relative_to(ROOT)}: it has {len(chinese)} pieces and {source.name} has "
                f"{len(english)}. No translation of piece {number}: {piece.text[:60]!r}"
            )
    return f"{path.relative_to(ROOT)}: pieces that {source.name} no longer has"


def compare_texts(english, chinese):
    """What a translation must keep and does not: formulas, code, links, headings, numbers."""
    faults = []
    if not re.search(f"[{CHINESE}]", strip_code(chinese)) and re.search(
        "[a-z]{3} [a-z]{2}", english
    ):
        faults.append(f"no Chinese text: {english[:60]!r}")
    for name, before, after in (
        ("formulas", FORMULA.findall(strip_code(english)), FORMULA.findall(strip_code(chinese))),
        ("code", find_code(english), find_code(chinese)),
        ("headings", HEADING.findall(strip_fences(english)), find_headings(chinese)),
    ):
        faults += describe_difference(name, map(join, before), map(join, after))
    plain, translated = (TAKES.sub("", strip_code(text)) for text in (english, chinese))
    if missing := sorted(set(NUMBER.findall(plain)) - set(NUMBER.findall(translated))):
        faults.append(f"numbers missing: {missing}")
    return faults


def describe_difference(name, before, after):
    """A list with one sentence if two collections differ, and else an empty list."""
    before, after = collections.Counter(before), collections.Counter(after)
    if before == after:
        return []
    lost, added = sorted((before - after).elements()), sorted((after - before).elements())
    return [f"other {name}: without {lost}, with {added}"]


def compare_links(english, chinese):
    """Links must lead to the same place, or to its Chinese edition.

    Args:
        english: A pair of a file and a text in it.
        chinese: Such a pair.
    """
    return describe_difference(
        "links",
        *(
            [find_target(path, link) for link in LINK.findall(strip_code(text))]
            for path, text in (english, chinese)
        ),
    )


def find_target(path, link):
    """The place in the English edition that a link of a file leads to, without its heading."""
    if "://" in link or link.startswith("#"):
        return link.partition("#")[0]
    target = (path.parent / link.partition("#")[0]).resolve().relative_to(ROOT)
    parts = [part for part in target.parts if part != "zh"]
    return "/".join(parts).replace(README.name, "README.md")


def check_language(text, check_words=True):
    """What in a Chinese text is not as the glossary and Chinese typography have it."""
    plain = LINK.sub("]", FORMULA.sub("$", strip_code(text)))
    plain = re.sub("“[^”]*”", "“”", plain)  # what others write
    faults = []
    for word, rejected in read_rejected() if check_words else ():
        faults += [f"write {word} in place of {other}" for other in rejected if other in plain]
    for found in re.finditer(f"[{CHINESE}][,;:?!()]|[,;:?!()][{CHINESE}]", plain):
        faults.append(f"half-width punctuation: {show(plain, found)!r}")
    for found in re.finditer(f"[{CHINESE}][A-Za-z0-9]|[A-Za-z0-9%][{CHINESE}]", plain):
        faults.append(f"no space in {show(plain, found)!r}")
    return faults


def show(text, match):
    """What a pattern found, with six letters on each side."""
    return text[max(match.start() - 6, 0) : match.end() + 6]


@functools.cache
def read_rejected():
    """Pairs of a word of the Chinese glossary and other translations, which we do not use."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \| [\d, ]+ \|$",
        GLOSSARY.read_text("utf-8"),
        re.M,
    )
    return [(chinese, rejected.split("、")) for _, chinese, rejected in rows if rejected != "—"]


def join(found):
    """A formula, a link or a heading as one line, whatever lines it was broken into."""
    found = " ".join(found) if isinstance(found, tuple) else found
    return " ".join(found.split())


def strip_fences(text):
    return FENCE.sub("", text)


def strip_code(text):
    return CODE.sub("", strip_fences(text))


def find_code(text):
    """Code in a sentence. A folder of the Chinese edition stands for the English one."""
    return [match[2].replace("/zh/", "/") for match in CODE.finditer(strip_fences(text))]


def find_headings(text):
    return CHINESE_HEADING.findall(strip_fences(text))


def translate(notebook, path):
    """Puts the Chinese texts into a chapter.

    Args:
        notebook: The English notebook with its outputs. It is changed.
        path: The Chinese file.

    Returns:
        The notebook. Its code and its outputs are those of the English one.
    """
    pieces = [piece for piece in read_chinese(path) if piece.kind == "markdown"]
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell, piece in zip(cells, pieces, strict=True):
        takes = TAKES.search(cell.source)
        cell.source = CHINESE_TAKES.sub(takes[0].split()[1], piece.text) if takes else piece.text
    return notebook


def write_notebook(source, folder):
    """Writes the Chinese notebook of a chapter, with the outputs of the English one.

    Args:
        source: `pathlib.Path` of the English source.
        folder: `pathlib.Path`. It is made if it is not there.
    """
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    folder.mkdir(parents=True, exist_ok=True)
    jupytext.write(translate(notebook, find_chinese(source)), folder / f"{source.stem}.ipynb")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", type=pathlib.Path, help="files (default: all)")
    parser.add_argument("--start", action="store_true", help="write new Chinese files")
    parser.add_argument("--accept", action="store_true", help="write the marks as they are now")
    arguments = parser.parse_args()
    names = [name.resolve() for name in arguments.names]
    if arguments.start:
        for name in names:
            print(start(name))
        return 0
    names = names or list_chinese()
    if arguments.accept:
        for name in names:
            accept(name)
    faults = [fault for name in names for fault in compare(name)]
    print("\n".join(faults) or f"{len(names)} files are in step.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
