"""Checks the built pages: every link inside leads to a page, a file or a heading that is there.

python docs/check_links.py docs/_build
"""

import pathlib
import sys
import urllib.parse

from bs4 import BeautifulSoup


def main(folder):
    pages = {
        path: BeautifulSoup(path.read_text(), "html.parser") for path in folder.rglob("*.html")
    }
    broken, checked = [], 0
    for path, page in pages.items():
        for tag in page.find_all(["a", "img", "link", "script"]):
            link = urllib.parse.urlsplit(tag.get("href") or tag.get("src") or "")
            if link.scheme or link.netloc or not (link.path or link.fragment):
                continue
            target = path
            if link.path:
                target = (path.parent / urllib.parse.unquote(link.path)).resolve()
            there = target.exists()
            if there and link.fragment and target in pages:
                name = urllib.parse.unquote(link.fragment)
                there = pages[target].find(id=name) or pages[target].find(attrs={"name": name})
            checked += 1
            if not there:
                broken.append(f"{path.relative_to(folder)}: {link.geturl()}")
    print(f"{checked:,} links inside of {len(pages)} pages, {len(broken)} broken")
    print("\n".join(broken))
    return 1 if broken or not checked else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
