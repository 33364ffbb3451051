"""Draws the strip of small pictures in the README: one for each application.

    python docs/draw_strip.py

Nothing is trained. Each small picture is a part of a picture in docs/images/applications, which a
run of `dcgan-tf train --application ...` has made.
"""

import pathlib

from PIL import Image, ImageDraw, ImageFont

FOLDER = pathlib.Path(__file__).parent / "images" / "applications"
STRIP = FOLDER / "strip.png"
WIDTH, HEIGHT = 118, 176  # pixels of a small picture: two digits in a row, three rows
GAP, MARGIN, LABEL = 14, 6, 36  # pixels between two pictures, around all, and for a name
FONT_SIZE = 20
PAPER, INK, FRAME = "white", "#1f2328", "#8c959f"
CELL, LINE = 58, 2  # pixels from one digit of a grid to the next, and of the line between them

# The boxes to cut out, in pixels: (left, top, right, bottom). Two boxes stand side by side.
FIRST = (0, 0, 2 * CELL + LINE, 3 * CELL + LINE)
PARTS = {
    "conditional": ("conditional.png", [(7 * CELL, 0, 9 * CELL + LINE, 3 * CELL + LINE)]),
    "little-data": ("little_data.png", [(6 * CELL, 0, 8 * CELL + LINE, 3 * CELL + LINE)]),
    "features": (
        "features.png",
        [(0, CELL, CELL, 4 * CELL + LINE), (9 * CELL, CELL, 10 * CELL + LINE, 4 * CELL + LINE)],
    ),
    "completion": ("completion.png", [FIRST]),
    "enhancement": ("enhancement.png", [FIRST]),
    "translation": ("garments.png", [FIRST]),
    "video": ("video.gif", [FIRST]),
    "text": ("text.png", [(0, 0, 95, 144)]),
    "tables": ("tables.png", [(505, 28, 749, 403)]),
    "finance": ("finance.png", [(68, 26, 428, 564)]),
    "medicine": ("medicine.png", [(0, 50, 102, 202)]),
}


def main():
    pictures = {name: cut(file, boxes) for name, (file, boxes) in PARTS.items()}
    draw_strip(pictures).save(STRIP, optimize=True)
    print(STRIP.relative_to(FOLDER.parents[2]))


def cut(file, boxes):
    """Cuts boxes out of a picture, of an animation its first frame, and puts them side by side."""
    with Image.open(FOLDER / file) as picture:
        parts = [picture.convert("RGB").crop(box) for box in boxes]
    joined = Image.new("RGB", (sum(part.width for part in parts), parts[0].height))
    left = 0
    for part in parts:
        joined.paste(part, (left, 0))
        left += part.width
    scale = min(WIDTH / joined.width, HEIGHT / joined.height)
    size = round(scale * joined.width), round(scale * joined.height)
    result = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    middle = (WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2
    result.paste(joined.resize(size, Image.Resampling.LANCZOS), middle)
    return result


def draw_strip(pictures):
    """Puts pictures, a dict by name, side by side with their names below."""
    width = len(pictures) * (WIDTH + GAP) - GAP + 2 * MARGIN
    strip = Image.new("RGB", (width, HEIGHT + LABEL + 2 * MARGIN), PAPER)
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(FONT_SIZE)
    for i, (name, picture) in enumerate(pictures.items()):
        left, top = MARGIN + i * (WIDTH + GAP), MARGIN
        strip.paste(picture, (left, top))
        draw.rectangle((left - 1, top - 1, left + WIDTH, top + HEIGHT), outline=FRAME)
        draw.text((left + WIDTH // 2, top + HEIGHT + LABEL // 2 + 3), name, INK, font, anchor="mm")
    return strip


if __name__ == "__main__":
    main()
