"""What the strict policy and the oldest browsers need, held over every template and asset."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "app").glob("*.css"))
SPRITE = ROOT / "static" / "vendor" / "icons" / "icons.svg"

FORBIDDEN_MARKUP = re.compile(
    r"\sstyle=|<style|\son[a-z]+=|hx-on|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
EXTERNAL = re.compile(r"(?:src|href|action|poster)=[\"'](?:https?:)?//", re.IGNORECASE)
TOO_NEW = re.compile(r"light-dark\(|color-mix\(|:has\(|oklch\(|^\s*&", re.MULTILINE)
ICON = re.compile(r"{%\s*icon\s+\"([^\"]+)\"|<c-(?:tag|notice|empty)[^>]*\sicon=\"([a-z0-9-]+)\"")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_inline_style_or_script(template: Path) -> None:
    assert FORBIDDEN_MARKUP.findall(template.read_text()) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_loads_nothing_from_elsewhere(template: Path) -> None:
    assert EXTERNAL.findall(template.read_text()) == []


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_keeps_to_what_chrome_109_knows(style: Path) -> None:
    text = style.read_text()
    assert TOO_NEW.findall(text) == []
    assert re.findall(r"url\([\"']?(?:https?:)?//", text) == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
    pairs = [pair for path in TEMPLATES for pair in ICON.findall(path.read_text())]
    named = {first or second for first, second in pairs}
    assert named
    assert named - drawn == set()


def test_a_figure_is_never_wider_than_its_page_wherever_it_is_shown() -> None:
    figures = (ROOT / "static" / "app" / "prose.css").read_text()
    rule = re.search(r"\.block-figure img,[^{]*{([^}]*)}", figures)
    assert rule
    assert "max-width: 100%" in rule[1]
    assert "app/prose.css" in (ROOT / "templates" / "base.html").read_text()
