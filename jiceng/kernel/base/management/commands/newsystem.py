"""``manage.py newsystem NAME --label 中文名``: a complete, lawful skeleton of a system.

All standard files with one small loop in them that runs, tests included, and the two places
where the house has to know of it: the settings and the addresses of the desk.
"""

import keyword
import re
from argparse import ArgumentParser
from pathlib import Path
from string import Template
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SKELETON = Path(__file__).resolve().parents[2] / "skeleton"
NAME = re.compile(r"[a-z][a-z_]{1,18}[a-z]")
# Part of the label stands in Python and in templates, so it holds no sign that means something.
LABEL = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff\w·]{1,11}")
NEXT = """已生成 {folder}，并登记到设置和办公端。接下来：
  1. 改名词、环节和文字，使它成为真正的系统；改表后删去 0001_initial，
     重新生成：makemigrations {name} -n initial
  2. 在 tests/conformance/routes.py 写明每个新网址对外人的回答
  3. make messages，补全英文译文；make docs
  4. make check
"""


class Place:
    """A file of the house that names every system, and the lines that name one."""

    def __init__(self, path: str, *lines: tuple[str, str]) -> None:
        self.path = Path(settings.ROOT) / path
        self.lines = lines

    def with_system(self, name: str) -> str:
        """Return the text of the file with this system named among the others, in order."""
        text = self.path.read_text(encoding="utf-8")
        for pattern, template in self.lines:
            line = Template(template).substitute(name=name)
            others = list(re.finditer(pattern, text, re.MULTILINE))
            if not others:
                raise CommandError(f"{self.path} 中找不到登记系统的位置（no_place）")
            later = next((other.start() for other in others if other.group() > line), None)
            place = others[-1].end() + 1 if later is None else later
            text = f"{text[:place]}{line}\n{text[place:]}"
        return text


def places() -> list[Place]:
    """Return where a system has to be named."""
    return [
        Place("jiceng/config/settings.py", (r'^    "jiceng\.systems\.\w+",$', _INSTALLED)),
        Place(
            "jiceng/faces/desk/urls.py",
            (r"^from jiceng\.systems\.\w+ import urls as \w+$", _IMPORTED),
            (r'^    path\("\w+/", include\(\(\w+\.desk, "\w+"\)\)\),$', _INCLUDED),
        ),
    ]


_INSTALLED = '    "jiceng.systems.$name",'
_IMPORTED = "from jiceng.systems.$name import urls as $name"
_INCLUDED = '    path("$name/", include(($name.desk, "$name"))),'


class Command(BaseCommand):
    """Write a new system; nothing is written where a file is there already."""

    help = "生成新系统的标准文件：newsystem NAME --label 中文名。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the name of the folder and what people call the system."""
        parser.add_argument("name", help="英文小写，如 land_supply")
        parser.add_argument("--label", required=True, help="中文名，如 带方案出让")

    def handle(self, *args: Any, name: str, label: str, **options: Any) -> None:
        """Check the words, then write all files."""
        self._check(name, label)
        folder = Path(settings.ROOT) / "jiceng" / "systems" / name
        page = Path(settings.ROOT) / "docs" / "systems" / f"{name}.md"
        for path in (folder, page):
            if path.exists():
                raise CommandError(f"{path} 已存在（exists）")
        named = {place.path: place.with_system(name) for place in places()}
        for path, text in (self._skeleton(name, label, folder, page) | named).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.stdout.write(NEXT.format(folder=folder.relative_to(settings.ROOT), name=name))

    @staticmethod
    def _check(name: str, label: str) -> None:
        if not NAME.fullmatch(name) or keyword.iskeyword(name):
            raise CommandError(f"名称应为英文小写字母和下划线：{name}（bad_name）")
        if name in {config.label for config in apps.get_app_configs()}:
            raise CommandError(f"已有名为 {name} 的应用（name_taken）")
        if not LABEL.fullmatch(label):
            raise CommandError(f"中文名应为2—12个字：{label}（bad_label）")

    @staticmethod
    def _skeleton(name: str, label: str, folder: Path, page: Path) -> dict[Path, str]:
        """Return the files of the skeleton, with its words filled in."""
        words = {"name": name, "label": label, "Name": name.title().replace("_", "")}
        written = {}
        for source in sorted(SKELETON.rglob("*-tpl")):
            inner = source.relative_to(SKELETON).as_posix().removesuffix("-tpl")
            target = page if inner == "page.md" else folder / inner.replace("/name/", f"/{name}/")
            written[target] = Template(source.read_text(encoding="utf-8")).substitute(words)
        return written
