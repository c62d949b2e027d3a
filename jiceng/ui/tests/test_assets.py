"""What is fetched at set-up, and what of it is served."""

import importlib.util
import json

import pytest
from django.conf import settings

SPEC = importlib.util.spec_from_file_location("assets", settings.ROOT / "tools" / "assets.py")
assets = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(assets)

SHEET = "@font-face { src: url(./files/noto-4.woff2) format('woff2-variations'); }"


@pytest.fixture
def modules(tmp_path):
    """A folder of modules as npm leaves it, with a few bytes in every file."""
    folder = tmp_path / "node_modules"
    for pattern, _folder in assets.SERVED + assets.DEVELOPMENT:
        path = folder / pattern.replace("*", "marker-icon")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content();\n//# sourceMappingURL=content.js.map\n")
    (folder / assets.FONT / "index.css").write_text(SHEET)
    (folder / assets.FONT / "files").mkdir()
    for name in ("noto-4.woff2", "noto-unused.woff2"):
        (folder / assets.FONT / "files" / name).write_bytes(b"font")
    return folder


def test_the_list_is_copied_and_nothing_else(modules, tmp_path):
    count, _size = assets.assemble(modules, tmp_path / "build")

    copied = {
        str(path.relative_to(tmp_path / "build"))
        for path in (tmp_path / "build").rglob("*")
        if path.is_file()
    }
    assert count == len(copied)
    assert "vendor/htmx/htmx.min.js" in copied
    assert "vendor/leaflet/LICENSE" in copied
    assert "vendor/noto-sans-sc/files/noto-4.woff2" in copied
    assert "vendor-dev/axe/axe.min.js" in copied
    assert not any("unused" in name for name in copied)


def test_no_pointer_to_a_source_map_is_left(modules, tmp_path):
    assets.assemble(modules, tmp_path / "build")

    script = (tmp_path / "build/vendor/leaflet/leaflet.js").read_text()
    assert script.strip() == "content();"


def test_a_second_run_leaves_nothing_old(modules, tmp_path):
    old = tmp_path / "build/vendor/old.js"
    old.parent.mkdir(parents=True)
    old.write_text("old")

    assets.assemble(modules, tmp_path / "build")

    assert not old.exists()


def test_a_missing_file_is_named(modules, tmp_path):
    (modules / "leaflet/dist/leaflet.js").unlink()

    with pytest.raises(assets.Missing, match=r"leaflet\.js"):
        assets.assemble(modules, tmp_path / "build")


def test_the_lock_names_no_address_and_fixes_every_content():
    text = (settings.ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]

    assert "http" not in text
    assert all("integrity" in package for name, package in packages.items() if name)


def test_npm_runs_no_script_and_writes_no_address():
    lines = (settings.ROOT / ".npmrc").read_text().split()

    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(lines)
