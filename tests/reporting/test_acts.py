"""Every act that is recorded anywhere has words in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from audit.actions import record
from reporting.acts import ACTS, act_in_words
from tests.people import Cast, signed_in_as

RECORDERS = {"record", "event"}
# Codes that are put together: file, and what they can become.
MADE_UP = {
    "accounts/actions/corrections.py": {"correction_accepted", "correction_refused"},
    "jobs/exports.py": {
        "export_people",
        "export_learners",
        "export_nominations",
        "export_register",
        "export_requirement",
        "take_document",
    },
    "admissions/actions/applying.py": {"approve_application", "refuse_application"},
    "requirements/actions/requirements.py": {"create_requirement", "change_requirement"},
    "courses/actions/drafts.py": {"in_review", "draft"},
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the product's own modules."""
    for app in sorted(Path(settings.BASE_DIR).glob("*/apps.py")):
        for path in sorted(app.parent.rglob("*.py")):
            name = path.relative_to(settings.BASE_DIR).as_posix()
            if "migrations" not in path.parts and name != "audit/actions.py":
                yield name, ast.parse(path.read_text("utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node


def codes_of(name: str, tree: ast.Module) -> set[str]:
    """Return the codes a module records, those handed to a helper of its own included."""
    found, helpers = set(MADE_UP.get(name, set())), {}
    for function, value in recorded_in(tree):
        args = [arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)]
        if isinstance(value, ast.Constant):
            found.add(str(value.value))
        elif isinstance(value, ast.Name) and value.id in args:
            helpers[function.name] = args.index(value.id), value.id
        else:
            assert name in MADE_UP, f"{name}:{value.lineno}: a code no test can read"
    return found | {code_given(call, *helpers[f]) for f, call in calls(tree) if f in helpers}


def recorded_in(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.expr]]:
    """Yield what stands for the code wherever something is recorded."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for called, call in calls(function):
                values = [k.value for k in call.keywords if k.arg == "action"]
                if called in RECORDERS and values:
                    yield function, values[0]


def code_given(call: ast.Call, place: int, word: str) -> str:
    """Return the code that a helper is called with."""
    value = next((k.value for k in call.keywords if k.arg == word), None) or call.args[place]
    assert isinstance(value, ast.Constant), ast.unparse(call)
    return str(value.value)


def test_every_recorded_act_has_words_in_both_languages() -> None:
    recorded = {code for name, tree in modules() for code in codes_of(name, tree)}
    assert len(recorded) > 80
    assert recorded - set(ACTS) == set(), "without words"
    for code in recorded:
        with translation.override("en"):
            english = act_in_words(code)
        with translation.override("vi"):
            assert act_in_words(code) not in {english, code}, code


def test_the_audit_log_says_it_in_words_and_is_searched_by_them(cast: Cast) -> None:
    record(by=cast.hr, action="move_person", target=cast.learner)
    record(by=cast.hr, action="code_of_an_older_release")
    client: Client = signed_in_as(cast.auditor)
    shown = client.get(reverse("reporting:audit_log")).content.decode()
    assert ">Chuyển đơn vị công tác</td>" in shown
    assert "code_of_an_older_release" in shown
    found = client.get(reverse("reporting:audit_log"), {"action": "move_person"})
    assert [row.action for row in found.context["page"].rows] == ["move_person"]
