"""A talk of a chapter, from its own cells: one HTML file that opens without a network.

nbconvert makes the slides. The libraries that its page would load from the network are put into the
page: reveal.js from the package sphinx-revealjs, MathJax from sphinx-mathjax-offline.
"""

import importlib.util
import pathlib
import re

import edition
import nbformat

LONGEST_CODE = 16  # lines; of a longer cell, or one with a figure, the slide has the output only
SHORT = 450  # letters; as much text fits on a slide together with a figure
STYLE = """
:root { --jp-content-font-size1: 26px; --jp-code-font-size: 16px; }
.reveal .slides { text-align: left; font-size: 26px; }
.reveal .slides section { max-height: 690px; overflow: auto; }
.reveal h1, .reveal h2, .reveal h3 { text-transform: none; }
.reveal .jp-InputPrompt, .reveal .jp-OutputPrompt, .reveal .jp-Collapser { display: none; }
.reveal .jp-RenderedImage img { max-height: 380px; margin: 0 auto; display: block; }
.reveal pre { width: 100%; box-shadow: none; margin: 0; }
.reveal table { font-size: 0.8em; }
"""
START = """
Reveal.initialize({
  controls: true, progress: true, hash: true, slideNumber: true,
  width: 1100, height: 700, margin: 0.03, transition: "none", center: false,
});
"""
MATHS = 'window.MathJax = {tex: {inlineMath: [["$", "$"]], displayMath: [["$$", "$$"]]}};'


def find(package, name):
    """Reads a file that comes with a package.

    Raises:
        FileNotFoundError: if the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise FileNotFoundError(
            f"Slides need the package {package.replace('_', '-')}: "
            'python -m pip install "dcgan_tf[slides]"'
        )
    place = pathlib.Path(spec.origin or next(iter(spec.submodule_search_locations)))
    return (place.parent if place.suffix else place).joinpath(name).read_text(encoding="utf-8")


def set_slide(cell, kind):
    cell.metadata["slideshow"] = {"slide_type": kind}


def has_room(shown, text):
    """Whether a text fits on the last slide: below other texts, or as a remark on a figure."""
    if "$$" in text or "\n|" in text:  # formulas and tables are high
        return False
    letters = measure(text)
    for cell in reversed(shown):
        if cell.cell_type == "code" and not (cell is shown[-1] and has_figure(cell)):
            return False
        letters += measure(cell.source) if cell.cell_type == "markdown" else 0
        if letters > SHORT:
            return False
        if cell.metadata["slideshow"]["slide_type"] != "-":
            return True
    return False


def measure(text):
    """How many letters of the Latin alphabet a text is as wide as. A Chinese one counts twice."""
    return len(text) + len(re.findall("[\u3000-\u9fff\uff00-\uffef]", text))


def has_figure(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def is_announced(cell, shown):
    """Whether the text before a cell of few lines ends with a colon, and so speaks of its code."""
    before = shown[-1] if shown else None
    return (
        before is not None
        and before.cell_type == "markdown"
        and before.source.rstrip().endswith((":", "："))
        and cell.source.count("\n") < LONGEST_CODE
    )


def arrange(notebook):
    """Says of each cell on which slide it is shown.

    A heading begins a slide; a text without one goes below it, with what the code after it shows.
    Left out are cells that show nothing, such as imports, and checks and solutions.

    Args:
        notebook: A notebook with outputs. It is left as it is.

    Returns:
        The notebook to be shown.
    """
    chapter, _ = edition.divide(nbformat.from_dict(notebook))
    shown = []
    for cell in chapter:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            for part in re.split(r"\n(?=#{1,3} )", cell.source):
                piece = nbformat.v4.new_markdown_cell(
                    re.sub(r"^\*(Articles: |对应文章：).*\*\n\n", "", part, flags=re.M)
                )
                heading = re.match(r"#+", part)
                if heading:
                    set_slide(piece, "slide" if len(heading[0]) <= 2 else "subslide")
                else:
                    set_slide(piece, "-" if has_room(shown, part) else "subslide")
                shown.append(piece)
        elif "parameters" in tags or edition.tag_of(cell)[0] == "check" or "hide-cell" in tags:
            continue
        elif cell.outputs or edition.tag_of(cell)[0] == "exercise" or is_announced(cell, shown):
            if has_figure(cell) or (cell.outputs and cell.source.count("\n") >= LONGEST_CODE):
                cell.metadata["transient"] = {"remove_source": True}
            set_slide(cell, "-")
            shown.append(cell)
    return nbformat.v4.new_notebook(metadata=notebook.metadata, cells=shown)


def inline(page):
    """Puts the libraries into a page of nbconvert's, in place of their addresses."""
    page = re.sub(r'<script[^>]*\bsrc="[^"]*"[^>]*>\s*</script>', "", page)
    page = re.sub(r'<script type="module">.*?</script>', "", page, flags=re.DOTALL)
    page = re.sub(r'<link\b[^>]*\bhref="https?:[^>]*>', "", page)
    page = re.sub(
        r"<!-- MathJax configuration -->.*?<!-- End of mathjax configuration -->",
        "",
        page,
        flags=re.DOTALL,
    )
    page = re.sub(r"<script>\s*require\(.*?</script>", "", page, flags=re.DOTALL)
    static = "_static/revealjs/dist"
    styles = [find("sphinx_revealjs", f"{static}/{name}.css") for name in ("reveal", "theme/white")]
    styles = [re.sub(r"@import [^;]*;", "", style) for style in styles]  # fonts of the network
    maths = find("sphinx-mathjax-offline", "static/mathjax/tex-svg-full.js")
    reveal = find("sphinx_revealjs", f"{static}/reveal.js").replace(
        "//# sourceMappingURL=reveal.js.map", ""
    )
    head = "".join(f"<style>{style}</style>\n" for style in (*styles, STYLE))
    scripts = "".join(f"<script>{script}</script>\n" for script in (MATHS, maths, reveal, START))
    return page.replace("</head>", head + "</head>", 1).replace("</body>", scripts + "</body>", 1)


def write(path, folder):
    """Writes the slides of a notebook.

    Args:
        path: `pathlib.Path` of a notebook with outputs.
        folder: `pathlib.Path`, where the HTML file is written.
    """
    from nbconvert import SlidesExporter  # comes with the extra `slides`

    page, _ = SlidesExporter().from_notebook_node(
        arrange(nbformat.read(path, 4)), resources={"metadata": {"name": path.stem}}
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{path.stem}.html").write_text(inline(page), encoding="utf-8")
