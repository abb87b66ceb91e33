"""Reads an assignment from the folder of a course."""

from __future__ import annotations

from decimal import Decimal

from assessment.work_blocks import criterion_key
from courses.blocks import Content
from courses.importing import BlockPlan, CourseFormatError, Source

TAKES = ("text", "files", "audio")


def import_assignment(plan: BlockPlan, source: Source) -> Content:
    """Read the settings named as in the form, `criteria` as rows; the text is the brief."""
    options = plan.options
    takes = [str(word) for word in options.get("takes") or ["text", "files"]]
    if not options.get("title") or not set(takes) <= set(TAKES):
        raise CourseFormatError(
            f"{source.lesson.name}: an assignment needs a title; takes: {TAKES}."
        )
    rows = options.get("criteria") or []
    criteria = [
        {
            "key": criterion_key(str(row["name"])),
            "name": str(row["name"]),
            "points": f"{Decimal(str(row['points'])):f}",
            "hint": str(row.get("hint", "")),
        }
        for row in rows
    ]
    extra = {
        "title_vi": str(options["title"]),
        "title_en": str(options.get("title_en", "")),
        "brief": plan.text,
        **{f"takes_{word}": word in takes for word in TAKES},
        "max_points": Decimal(str(options.get("points", 10))),
        "pass_percent": int(options.get("pass", 50)),
        "due_days_before_end": int(options.get("due_days_before_end", 0)),
        "criteria": criteria,
    }
    return Content(data={"title": extra["title_vi"]}, extra=extra)
