"""Makes the pages for teachers from the chapters: a table, a drawing of what needs what, the quiz.

`docs/conf.py` calls `write` before each build of the documentation. The quiz stands in
`notebooks/quiz/`, a file a chapter: a question begins with `?`, the right answer with `+`, a wrong
one with `-`, and after the bar `|` stands why it is right or wrong. The Chinese texts stand in
`notebooks/zh/` and `notebooks/zh/quiz/`.
"""

import collections
import dataclasses
import math
import pathlib
import re
import sys
from xml.sax.saxutils import escape

import jupytext

ROOT = pathlib.Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))
import translation  # noqa: E402, it stands there

WORDS_A_MINUTE, LINES_A_MINUTE = 150, 25  # of text, and of code, as a learner reads them
NEEDS = {  # which chapters a chapter builds on most
    "quick_start": (),
    "learning": ("quick_start",),
    "networks": ("learning",),
    "game": ("learning",),
    "losses": ("game",),
    "training_step": ("losses", "networks"),
    "watching": ("training_step",),
    "failures": ("watching",),
    "features": ("watching",),
    "applications": ("watching",),
    "questions": ("failures", "features", "applications"),
    "own_images": ("applications",),
    "generative_models": ("watching",),
}
BOX_WIDTH, BOX_HEIGHT, GAP = 210, 44, 46  # pixels
TEXTS = {
    "en": {
        "head": "| chapter | goals | new words | to read | to compute | exercises ★ / ★★ / ★★★ |",
        "minutes": "min",
        "comma": ", ",
        "quiz": "{}: quiz",
        "answers": "Answers",
        "right": "**Right.** ",
        "wrong": "**Wrong.** ",
    },
    "zh": {
        "head": "| 章 | 学完之后 | 新词 | 阅读 | 运行 | 练习 ★ / ★★ / ★★★ |",
        "minutes": "分钟",
        "comma": "、",
        "quiz": "{}：测验",
        "answers": "答案",
        "right": "**对**。",
        "wrong": "**错**。",
    },
}


@dataclasses.dataclass
class Chapter:
    """What a teacher wants to know of a chapter.

    Attributes:
        stem: Str, the file's name without its ending, for example `"03_game"`.
        title: Str, with the number.
        goals: Str, what the chapter says that you can do after it.
        words: List of str, the words of the glossary that are met first in it.
        reading: Int, minutes to read.
        computing: Float, minutes that it took to run.
        stars: `collections.Counter`, the number of exercises with one, two and three stars.
    """

    stem: str
    title: str
    goals: str
    words: list
    reading: int
    computing: float
    stars: collections.Counter

    @property
    def topic(self):
        return self.stem.partition("_")[2]


def read_chapters(language="en"):
    """Reads all chapters from their sources, in order."""
    english, chinese = read_glossary()
    chapters = [read_chapter(path, english) for path in sorted(NOTEBOOKS.glob("[0-9]*.py"))]
    if language == "zh":
        return [read_chinese(chapter, chinese) for chapter in chapters]
    return chapters


def read_chapter(path, glossary):
    cells = jupytext.read(path).cells
    first = next(cell.source for cell in cells if cell.cell_type == "markdown")
    paragraphs = [" ".join(part.split()) for part in first.split("\n\n")]
    texts = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    minutes = len(texts.split()) / WORDS_A_MINUTE + code.count("\n") / LINES_A_MINUTE
    marks = re.findall(r"^### Exercise \d+ ([★☆]{3}): ", texts, re.MULTILINE)
    seconds = re.search(r"Takes (\d+) s on two CPU cores", first)[1]
    return Chapter(
        stem=path.stem,
        title=paragraphs[0].removeprefix("# "),
        goals=choose_goals(paragraphs[1:]),
        words=glossary[int(path.stem[:2])],
        reading=5 * math.ceil(minutes / 5),
        computing=int(seconds) / 60,
        stars=collections.Counter(mark.count("★") for mark in marks),
    )


def read_chinese(chapter, glossary):
    """The same chapter with the texts of its Chinese edition."""
    first = translation.read_chinese(NOTEBOOKS / "zh" / f"{chapter.stem}.md")[0].text
    return dataclasses.replace(
        chapter,
        title=re.search("^# (.*)$", first, re.MULTILINE)[1],
        goals=re.search("学完[^，]*，(你.*?。)", first)[1],
        words=glossary[int(chapter.stem[:2])],
    )


def choose_goals(paragraphs):
    """The sentence that says what one can do afterwards, or else the first paragraph."""
    for paragraph in paragraphs:
        if found := re.search(
            r"(?:Afterwards|After (?:this chapter|it)),? you (.*?\.)(?= |$)", paragraph
        ):
            return f"You {found[1]}"
    return paragraphs[0]


def read_glossary():
    """The words of the glossary by the chapter in which they are met first.

    Returns:
        Two dicts from the number of a chapter to a list of words, in English and in Chinese.
    """
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \| ([\d, ]+) \|$", re.MULTILINE)
    english, chinese = collections.defaultdict(list), collections.defaultdict(list)
    for word, translated, chapters in row.findall(text):
        chapter = int(chapters.split(",")[0])
        english[chapter].append(re.sub(r" \(.*\)", "", word))
        chinese[chapter].append(translated.partition("，")[0])
    return english, chinese


def make_table(chapters, language="en"):
    """The table of the chapters, in Markdown."""
    texts = TEXTS[language]
    lines = [texts["head"], "|---|---|---|---|---|---|"]
    for chapter in chapters:
        exercises = " / ".join(str(chapter.stars[n]) for n in (1, 2, 3))
        minutes = (
            f"{chapter.computing:.1f}" if chapter.computing < 1 else f"{chapter.computing:.0f}"
        )
        lines.append(
            f"| [{chapter.title}](course/{chapter.stem}.ipynb) | {chapter.goals} "
            f"| {texts['comma'].join(chapter.words)} | {chapter.reading} {texts['minutes']} "
            f"| {minutes} {texts['minutes']} | {exercises} |"
        )
    return "\n".join(lines) + "\n"


def draw_needs(chapters):
    """Draws which chapters build on which, as an SVG file: a chapter stands below what it needs."""
    floors = collections.defaultdict(list)
    for chapter in chapters:
        floors[floor_of(chapter.topic)].append(chapter)
    width = max(map(len, floors.values())) * (BOX_WIDTH + GAP)
    left = (BOX_WIDTH + GAP) / 2  # the middle of the first box of a row
    places, boxes = {}, []
    for floor, row in floors.items():
        for i, chapter in enumerate(row):
            middle = left + i * (width - 2 * left) / (len(row) - 1) if len(row) > 1 else width / 2
            x, y = middle - BOX_WIDTH / 2, 10 + floor * (BOX_HEIGHT + GAP)
            places[chapter.topic] = x + BOX_WIDTH / 2, y
            boxes.append(
                f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" '
                'fill="#f2f2f2" stroke="#555"/>'
                f'<text x="{x + BOX_WIDTH / 2}" y="{y + BOX_HEIGHT / 2 + 5}" '
                f'text-anchor="middle">{escape(chapter.title)}</text>'
            )
    arrows = [
        draw_arrow(*places[need], *places[topic]) for topic in places for need in NEEDS[topic]
    ]
    height = 20 + len(floors) * (BOX_HEIGHT + GAP) - GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" font-size="14">',
            '<defs><marker id="tip" markerWidth="9" markerHeight="9" refX="7" refY="4" '
            'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *arrows,
            *boxes,
            "</svg>\n",
        ]
    )


def draw_arrow(from_x, from_y, to_x, to_y):
    """An arrow from the lower edge of a box to the upper edge of another one."""
    shift = max(-0.45, min(0.45, (from_x - to_x) / (2 * BOX_WIDTH))) * BOX_WIDTH
    return (
        f'<path d="M{from_x - shift / 2},{from_y + BOX_HEIGHT} L{to_x + shift},{to_y - 3}" '
        'fill="none" stroke="#555" marker-end="url(#tip)"/>'
    )


def floor_of(topic):
    """How many chapters at most must be read before one."""
    return 1 + max((floor_of(need) for need in NEEDS[topic]), default=-1)


def read_quiz(path):
    """Reads the questions of a chapter.

    Args:
        path: `pathlib.Path` of a text file of the quiz.

    Returns:
        List of tuples: the question, and its answers as tuples `(right, answer, reason)`, where
        `right` is a bool.

    Raises:
        ValueError: if a line is none of a question and an answer.
    """
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("? "):
            questions.append((line[2:], []))
        elif match := re.fullmatch(r"([+-]) (.+?) \| (.+)", line):
            questions[-1][1].append((match[1] == "+", match[2], match[3]))
        elif line:
            raise ValueError(
                f"{path.name}, line {number}: expected '? question' or '+ answer | reason' or "
                f"'- answer | reason'. Received: {line}"
            )
    return questions


def make_quiz(title, questions, language="en"):
    """The page of a chapter's questions, in Markdown; the answers open with a click."""
    texts = TEXTS[language]
    parts = [f"# {texts['quiz'].format(title)}\n"]
    for number, (question, answers) in enumerate(questions, start=1):
        parts.append(f"**{number}. {question}**\n")
        reasons = []
        for letter, (right, answer, reason) in zip("abcd", answers, strict=True):
            parts.append(f"- {letter}) {answer}")
            reasons.append(f"- {letter}) {texts['right' if right else 'wrong']}{reason}")
        reasons = "\n".join(reasons)
        summary = f"<summary>{texts['answers']}</summary>"
        parts.append(f"\n<details>{summary}\n\n{reasons}\n\n</details>\n")
    return "\n".join(parts)


def write(folder, language="en"):
    """Writes the table, the drawing and the quiz.

    Args:
        folder: `pathlib.Path`. It is made if it is not there.
        language: `"en"` or `"zh"`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chapters = read_chapters(language)
    (folder / "table.txt").write_text(make_table(chapters, language), encoding="utf-8")
    (folder / "needs.svg").write_text(draw_needs(chapters), encoding="utf-8")
    quiz = NOTEBOOKS / "zh" / "quiz" if language == "zh" else NOTEBOOKS / "quiz"
    for chapter in chapters:
        page = make_quiz(chapter.title, read_quiz(quiz / f"{chapter.stem}.txt"), language)
        (folder / f"{chapter.stem}.md").write_text(page, encoding="utf-8")
