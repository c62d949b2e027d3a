"""Copy what pages need from ``node_modules`` to ``build/vendor``: ``tools/assets.py``.

Only the files named here are served. Source maps are not, so the lines that point to them are
taken out: the manifest storage stops at a reference that leads nowhere.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
BUILD = ROOT / "build"

FONT = "@fontsource-variable/noto-sans-sc"
# What is copied: a package's file or pattern, and the folder below build/ where it goes.
SERVED = [
    ("htmx.org/dist/htmx.min.js", "vendor/htmx"),
    ("htmx.org/LICENSE", "vendor/htmx"),
    ("echarts/dist/echarts.min.js", "vendor/echarts"),
    ("echarts/LICENSE", "vendor/echarts"),
    ("leaflet/dist/leaflet.js", "vendor/leaflet"),
    ("leaflet/dist/leaflet.css", "vendor/leaflet"),
    ("leaflet/dist/images/*.png", "vendor/leaflet/images"),
    ("leaflet/LICENSE", "vendor/leaflet"),
    ("leaflet.markercluster/dist/leaflet.markercluster.js", "vendor/markercluster"),
    ("leaflet.markercluster/dist/MarkerCluster.css", "vendor/markercluster"),
    ("leaflet.markercluster/MIT-LICENCE.txt", "vendor/markercluster"),
    (f"{FONT}/index.css", "vendor/noto-sans-sc"),
    (f"{FONT}/LICENSE", "vendor/noto-sans-sc"),
]
DEVELOPMENT = [("axe-core/axe.min.js", "vendor-dev/axe"), ("axe-core/LICENSE", "vendor-dev/axe")]

SOURCE_MAP = re.compile(rb"\n?(//|/\*)[#@]\s*sourceMappingURL=[^\n*]*(\*/)?[ \t]*")
FONT_FILE = re.compile(r"url\(\./files/([\w.-]+\.woff2)\)")


class Missing(Exception):
    """A file of the list is not in ``node_modules``."""


def copy(source: Path, folder: Path) -> int:
    """Copy one file, without its pointer to a source map; return the bytes written."""
    content = source.read_bytes()
    if source.suffix in {".js", ".css"}:
        content = SOURCE_MAP.sub(b"", content)
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / source.name).write_bytes(content)


def listed(wanted: list[tuple[str, str]], modules: Path) -> list[tuple[Path, str]]:
    """Return each file and its folder; a pattern that finds nothing raises ``Missing``."""
    files: list[tuple[Path, str]] = []
    for pattern, folder in wanted:
        found = sorted(modules.glob(pattern))
        if not found:
            raise Missing(f"{pattern}: not in {modules.name}; run `npm ci` first")
        files += [(path, folder) for path in found]
    return files


def font_files(modules: Path) -> list[tuple[Path, str]]:
    """Return the font files that the style sheet names; the package carries many more."""
    sheet = (modules / FONT / "index.css").read_text()
    names = FONT_FILE.findall(sheet)
    if not names:
        raise Missing(f"{FONT}/index.css names no font file")
    return [(modules / FONT / "files" / name, "vendor/noto-sans-sc/files") for name in names]


def assemble(modules: Path = MODULES, build: Path = BUILD) -> tuple[int, int]:
    """Fill ``build`` afresh; return how many files and bytes were written."""
    # A run set-up may leave the development packages out; they are copied where they exist.
    development = DEVELOPMENT if (modules / "axe-core").is_dir() else []
    files = listed(SERVED + development, modules) + font_files(modules)
    for folder in ("vendor", "vendor-dev"):
        shutil.rmtree(build / folder, ignore_errors=True)
    # Where `collectstatic` gathers for production; WhiteNoise warns where it is not there.
    (build / "static").mkdir(parents=True, exist_ok=True)
    return len(files), sum(copy(path, build / folder) for path, folder in files)


def main() -> int:
    """Copy and say how much; 1 where a file is missing."""
    try:
        count, size = assemble()
    except (Missing, FileNotFoundError) as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    print(f"assets: {count} files, {size / 1e6:.1f} MB in build/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
