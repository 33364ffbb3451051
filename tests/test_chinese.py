"""The Chinese edition: in step with the English one, and written with the words of its glossary."""

import pathlib
import re
import sys

import build
import chromium
import nbformat
import pytest
import translation

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import teaching  # noqa: E402, it stands beside docs/conf.py

SOURCES = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


def test_each_chapter_has_a_chinese_one():
    chinese = {path.stem for path in (ROOT / "notebooks" / "zh").glob("*.md")}
    assert chinese == {path.stem for path in SOURCES}
    assert chinese == {path.stem for path in (ROOT / "notebooks" / "zh").glob("*.ipynb")}


@pytest.mark.parametrize("path", translation.list_chinese(), ids=lambda path: path.name)
def test_a_translation_is_in_step(path):
    assert translation.compare(path) == []


@each_source
def test_code_and_outputs_are_those_of_the_english_chapter(source):
    english = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    chinese = nbformat.read(source.parent / "zh" / f"{source.stem}.ipynb", as_version=4)
    assert [cell.cell_type for cell in chinese.cells] == [cell.cell_type for cell in english.cells]
    assert chinese.metadata == english.metadata
    texts = [piece.text for piece in translation.read_chinese(translation.find_chinese(source))]
    for one, other in zip(english.cells, chinese.cells, strict=True):
        if one.cell_type == "code":
            assert other == one
        else:
            assert re.search(f"[{translation.CHINESE}]", other.source)
            seconds = re.search(r"\d+(?= s on two CPU cores)", one.source)
            assert other.source in texts or f"需要 {seconds[0]} 秒" in other.source


def read_glossary():
    """The rows of both glossaries: the English word, the Chinese one, and the chapters."""
    english, chinese = (
        re.findall(
            r"^\| ([^|]+) \| ([^|]+) \|(?: [^|]+ \|)+ ([\d, ]+) \|$",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
        for path in (ROOT / "docs" / "glossary.md", translation.GLOSSARY)
    )
    return english, chinese


def test_both_glossaries_have_the_same_words():
    english, chinese = read_glossary()
    assert chinese == english and len(english) > 70


@pytest.mark.parametrize(("word", "chinese", "chapters"), read_glossary()[0])
def test_a_word_has_its_english_beside_it_where_it_is_first_met(word, chinese, chapters):
    number = int(chapters.split(",")[0])
    (path,) = (ROOT / "notebooks" / "zh").glob(f"{number:02}_*.md")
    text = path.read_text("utf-8").replace("*", "").replace("\n", " ")
    english = [spelling.strip() for spelling in re.findall("[^()]+", word)]
    if english[0] in chinese:
        return  # Adam is called so in both languages
    names, spellings = ("|".join(map(re.escape, each)) for each in (chinese.split("，"), english))
    pattern = rf"({names})[^（）。]{{0,6}}（[^）]*({spellings})"
    assert re.search(pattern, text, re.IGNORECASE), f"{path.name}: {chinese}（{word}）"


@pytest.mark.parametrize(
    ("chinese", "fault"),
    [
        ("鉴别器看图像。", "write 判别器 in place of 鉴别器"),
        ("生成器,判别器。", "half-width punctuation"),
        ("用GAN训练。", "no space"),
        ("生成器看“鉴别器”。", None),
        ("用 `a,b` 和 $x,y$ 训练 GAN。", None),
    ],
)
def test_language_is_checked(chinese, fault):
    found = translation.check_language(chinese)
    assert bool(found) == (fault is not None) and all(fault in each for each in found)


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ("The loss is $a + b$.", "损失是 $a - b$。", "formulas"),
        ("Call `fit` now.", "现在调用它。", "code"),
        ("## The game", "博弈", "headings"),
        ("### Exercise 2 ★★☆: now", "### 练习 2 ★☆☆：现在", "headings"),
        ("It was 0.693, or 10,000.", "它是 0.639，也是 10,000。", "numbers missing: ['0.693']"),
        ("This text is English.", "This text is English.", "no Chinese text"),
        ("### Exercise 2 ★★☆: $a$, `b`", "### 练习 2 ★★☆：$a$，`b`", None),
    ],
)
def test_texts_are_compared(english, chinese, fault):
    found = translation.compare_texts(english, chinese)
    assert len(found) == (fault is not None) and (fault or "") in "".join(found)


def test_a_changed_cell_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(translation, "ROOT", tmp_path)
    folder = tmp_path / "notebooks"
    (folder / "zh").mkdir(parents=True)
    source = folder / "01_short.py"
    source.write_text(
        "# %% [markdown]\n# First one.\n\n# %%\nx = 1\n\n# %% [markdown]\n# Two are.\n"
    )
    chinese = translation.start(source)
    texts = chinese.read_text("utf-8").replace("First one.", "第一。").replace("Two are.", "第二。")
    chinese.write_text(texts, "utf-8")
    assert translation.compare(chinese) == []

    source.write_text(source.read_text().replace("Two are.", "Three are."))
    (fault,) = translation.compare(chinese)
    assert "01_short.md:6" in fault and "piece 2 of 01_short.py" in fault and "Three are." in fault
    translation.accept(chinese)
    assert translation.compare(chinese) == []

    source.write_text(source.read_text() + "\n# %% [markdown]\n# New text here.\n")
    (fault,) = translation.compare(chinese)
    assert "New text here." in fault
    with pytest.raises(ValueError, match="pieces"):
        translation.accept(chinese)


def test_links_must_lead_to_the_same_place():
    english, chinese = ROOT / "docs" / "play.md", ROOT / "docs" / "zh" / "play.md"
    same = "[x](../images/a.png) [y](course.md#中) [z](../api.md)"
    other = "[x](images/a.png) [y](course.md#b) [z](api.md)"
    assert translation.compare_links((english, other), (chinese, same)) == []
    assert translation.compare_links((english, "[x](a.md)"), (chinese, "[x](b.md)"))


def test_a_chapter_keeps_the_seconds_of_its_english_edition():
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("Takes 41 s on two CPU cores.")]
    )
    path = ROOT / "notebooks" / "zh" / "01_quick_start.md"
    first = translation.read_chinese(path)[0]
    assert "在两个 CPU 核上运行需要" in first.text
    assert build.TIME.search(notebook.cells[0].source)[0] == "41"


@pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)
def test_the_search_cuts_questions_as_it_cuts_pages():
    pytest.importorskip("sphinx")
    from chinese_search import ChineseSearch

    search = ChineseSearch({})
    assert search.split("判别器的 R1，用GAN！图") == "判别 别器 器的 R1 用 GAN 图".split()
    with chromium.start() as browser:
        for text in (
            "判别器",
            "用 GAN 训练 2 步",
            "S 型函数（sigmoid）",
            "Fréchet 距离",
            "图",
            "。",
        ):
            script = f"{search.js_splitter_code} return splitQuery(arguments[0]);"
            assert browser.execute_script(script, text) == search.split(text)


@each_source
def test_the_quiz_asks_the_same(source):
    english, chinese = (
        teaching.read_quiz(folder / f"{source.stem}.txt")
        for folder in (ROOT / "notebooks" / "quiz", ROOT / "notebooks" / "zh" / "quiz")
    )
    for (question, answers), (translated, options) in zip(english, chinese, strict=True):
        assert [right for right, *_ in options] == [right for right, *_ in answers]
        for text in (translated, *(part for _, *parts in options for part in parts)):
            assert translation.check_language(text) == []
        assert set(translation.find_code(translated)) == set(translation.find_code(question))


def test_teachers_get_each_chapter_in_chinese():
    chapters = teaching.read_chapters("zh")
    assert [chapter.stem for chapter in chapters] == [source.stem for source in SOURCES]
    for number, chapter in enumerate(chapters, start=1):
        assert re.match(rf"{number}\. [{translation.CHINESE}]", chapter.title)
        assert translation.check_language(chapter.goals) == []
        assert chapter.goals.startswith("你") and chapter.goals.endswith("。")
