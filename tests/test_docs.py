"""The documentation: every section of the articles is taught where the table says."""

import pathlib
import re

import chromium
import jupytext
import pytest

ROOT = pathlib.Path(__file__).parents[1]
BUILT = ROOT / "docs" / "_build"
WIDTHS = (360, 820, 1020, 1100, 1320)  # of windows, in pixels
SECTIONS = {
    "0": "1, 2, 3, 3.1, 3.2, 3.3",
    "1": "1, 2, 3, 3.1, 3.2, 3.2.1, 3.2.2, 3.3, 4, 5, 6",
    "2": "1.1, 1.2, 1.3, 2.1, 2.2, 2.3, 3.1, 3.2, 3.3, 4.1, 4.2, 4.3, 5.1",
    "3": "1, 2, 2.1, 2.2, 2.3, 3, 4 formulas, 4 code, 5, 6",
    "4": "1, 2, 3, 4, 5, 6",
}
ROWS = re.findall(
    r"^\| (\d) \| ([\w. ]+) \| [\u4e00-\u9fff]+.* \| .* \| (.*) \|$",
    (ROOT / "docs" / "sections.md").read_text(),
    re.M,
)


def test_the_table_has_every_section():
    expected = [(article, name) for article, s in SECTIONS.items() for name in s.split(", ")]
    assert [(article, section) for article, section, _ in ROWS] == expected


@pytest.mark.parametrize(("article", "section", "places"), ROWS)
def test_a_section_is_taught_where_the_table_says(article, section, places):
    found = re.findall(r"\[(\d+): (.*?)\]\(course/(\w+)\.ipynb#", places)
    assert found and len(found) == places.count("](")
    for number, heading, chapter in found:
        assert int(number) == int(chapter[:2])
        text = taught_at(chapter, heading)
        sections = re.search(r"^\*Articles: (.*)\*$", text, re.M)[1].split(" · ")
        assert f"{article} §{section}" in sections


def taught_at(chapter, heading):
    """What stands below a heading of a notebook, up to the next one."""
    cells = jupytext.read(ROOT / "notebooks" / f"{chapter}.ipynb").cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    parts = re.split(r"^#+ (.*)$", text, flags=re.M)
    return parts[parts.index(heading) + 1]


WORDS = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \| ([\d, ]+) \|$",
    (ROOT / "docs" / "glossary.md").read_text(),
    re.M,
)


def test_the_glossary_has_each_word_once():
    assert len(WORDS) > 60
    for column in (0, 1):
        names = [row[column] for row in WORDS]
        assert len(set(names)) == len(names)
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for _, chinese, _ in WORDS)


@pytest.mark.parametrize(("word", "chapters"), [(word, last) for word, _, last in WORDS])
def test_a_word_of_the_glossary_is_in_its_chapters(word, chapters):
    spellings = re.findall(r"[^()]+", word.lower())
    for chapter in chapters.split(", "):
        (path,) = (ROOT / "notebooks").glob(f"{int(chapter):02d}_*.py")
        text = " ".join(path.read_text().lower().replace("\n#", " ").split())
        assert any(spelling.strip() in text for spelling in spellings), f"chapter {chapter}"


@pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)
@pytest.mark.skipif(not BUILT.exists(), reason="the documentation is not built")
def test_every_page_fits_into_the_window():
    too_wide = []
    with chromium.start() as browser:
        for page in sorted(BUILT.rglob("*.html")):
            browser.get(page.as_uri())
            for width in WIDTHS:
                chromium.emulate(browser, width, "light")
                needed = browser.execute_script("return document.documentElement.scrollWidth")
                if needed > width:
                    too_wide.append(f"{page.relative_to(BUILT)} needs {needed} of {width} pixels")
    assert not too_wide, "\n".join(too_wide)
