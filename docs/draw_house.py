"""Draws the rooms of the package and what they import, from the code, into docs/images/house.svg.

    python docs/draw_house.py            draws it
    python docs/draw_house.py --check    fails if the drawing is not that of the code

A room stands on the floor above everything that it imports. Arrows lead down to the rooms that are
imported, except where another arrow leads there by way of a room between them; the last line in
each box names all of them, with the number of import statements.
"""

import argparse
import ast
import collections
import pathlib
import sys
import textwrap
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "dcgan_tf"
DRAWING = ROOT / "docs" / "images" / "house.svg"
WIDTH, BOX_WIDTH, LINE, GAP, MARGIN = 980, 460, 19, 52, 20  # pixels
LETTERS = 62  # in a line of a box


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    arguments = parser.parse_args()
    drawing = draw(*read_house())
    if not arguments.check:
        DRAWING.write_text(drawing, encoding="utf-8")
        print(DRAWING.relative_to(ROOT))
    elif DRAWING.read_text(encoding="utf-8") != drawing:
        print("docs/images/house.svg is not that of the code: run python docs/draw_house.py")
        return 1
    return 0


def read_house():
    """Reads the rooms from the folders, and the imports from the code.

    Returns:
        A tuple: dict of lists of lines for each room, its title first; and dict of counters, how
        many import statements of a room name another one.
    """
    texts, imports = {}, collections.defaultdict(collections.Counter)
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).parts
        if inside == ("__init__.py",):
            continue
        room = inside[0].removesuffix(".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if inside[-1] == "__init__.py" or len(inside) == 1:
            title = room + ("/" if len(inside) > 1 else ".py")
            texts[room] = [title, ast.get_docstring(tree).partition("\n")[0].replace("`", "")]
        if len(inside) > 1 and inside[-1] != "__init__.py":
            texts[room].append(path.stem)
        for node in ast.walk(tree):
            for other in rooms_of(node):
                if other != room:
                    imports[room][other] += 1
    return texts, imports


def rooms_of(node):
    """The rooms that an import statement names."""
    if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("dcgan_tf"):
        return []
    inside = node.module.split(".")[1:]
    if inside:
        return [inside[0]]
    return [alias.name for alias in node.names if (PACKAGE / alias.name).is_dir()]


def draw(texts, imports):
    """Draws the house as an SVG file."""
    floors = collections.defaultdict(list)
    imported = {other for others in imports.values() for other in others}
    alone = [room for room in texts if room not in imported and not imports[room]]
    for room in texts.keys() - alone:
        floors[floor_of(room, imports)].append(room)
    for room in alone:  # on the highest floor that has a place for it
        floor = max(floor for floor, rooms in floors.items() if len(rooms) < 2)
        floors[floor].append(room)
    boxes, top, parts = {}, MARGIN, []
    for floor in sorted(floors, reverse=True):
        contents = {room: box_lines(room, texts, imports) for room in sorted(floors[floor])}
        height = LINE * (max(map(len, contents.values())) + 1)
        gap = (WIDTH - len(contents) * BOX_WIDTH) / (len(contents) + 1)
        for i, (room, lines) in enumerate(contents.items()):
            left = gap + i * (BOX_WIDTH + gap)
            boxes[room] = left, top, height
            parts.append(draw_box(left, top, height, lines))
        top += height + GAP
    arrows = [
        draw_arrow(boxes[room], boxes[other])
        for room in sorted(imports)
        for other in sorted(imports[room])
        if not any(leads_to(between, other, imports) for between in imports[room])
    ]
    height = top - GAP + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="13">',
            '<defs><marker id="tip" markerWidth="9" markerHeight="9" refX="7" refY="4" '
            'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            *parts,
            *arrows,
            "</svg>\n",
        ]
    )


def floor_of(room, imports):
    """How many floors are below a room."""
    return 1 + max((floor_of(other, imports) for other in imports[room]), default=-1)


def leads_to(room, other, imports):
    """Whether a room imports another one, itself or by way of those that it imports."""
    return other in imports[room] or any(leads_to(each, other, imports) for each in imports[room])


def box_lines(room, texts, imports):
    """The lines of a box: title, sentence, modules, imports."""
    title, sentence, *modules = texts[room]
    lines = [(title, "bold"), *((line, "plain") for line in textwrap.wrap(sentence, LETTERS))]
    lines += [(line, "modules") for line in textwrap.wrap("  ".join(modules), LETTERS)]
    named = ", ".join(f"{other} {count}" for other, count in sorted(imports[room].items()))
    return [*lines, (f"imports: {named or 'nothing of the package'}", "imports")]


STYLES = {
    "bold": 'font-weight="bold" font-size="15"',
    "plain": "",
    "modules": 'font-family="monospace" font-size="12" fill="#444"',
    "imports": 'fill="#777" font-size="12"',
}


def draw_box(left, top, height, lines):
    """Draws a box with its lines."""
    parts = [
        f'<rect x="{left:g}" y="{top}" width="{BOX_WIDTH}" height="{height}" rx="6" '
        'fill="#f5f4ef" stroke="#888"/>'
    ]
    for i, (line, style) in enumerate(lines):
        parts.append(
            f'<text x="{left + 12:g}" y="{top + LINE * (i + 1)}" {STYLES[style]}>'
            f"{escape(line)}</text>"
        )
    return "\n".join(parts)


def draw_arrow(start, end):
    """Draws an arrow from the lower edge of one box to the upper edge of another."""
    (left, top, height), (other_left, other_top, _) = start, end
    shift = (other_left - left) / 12  # arrows to two rooms begin next to each other
    x, y = left + BOX_WIDTH / 2 + shift, top + height
    other_x = other_left + BOX_WIDTH / 2 - shift
    return (
        f'<line x1="{x:g}" y1="{y}" x2="{other_x:g}" y2="{other_top - 2}" stroke="#555" '
        'stroke-width="1.3" marker-end="url(#tip)"/>'
    )


if __name__ == "__main__":
    sys.exit(main())
