"""One database, from empty to its table: `python -m bench.database RESULT [--short]`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402 - the project must be set up first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import city as sample  # noqa: E402
from bench import gradebook  # noqa: E402
from bench.mail import mail_lines  # noqa: E402
from bench.papers import paper_line  # noqa: E402
from bench.people import people_lines  # noqa: E402
from bench.remarking import remark_line  # noqa: E402
from bench.report import Line, table  # noqa: E402
from bench.required import required_lines  # noqa: E402
from bench.sitting import attempt_line  # noqa: E402
from bench.web import BenchError, Page, has_wrk, measure, serving  # noqa: E402
from bench.writing import import_line  # noqa: E402
from scripts.suites import ROOT  # noqa: E402

SESSIONS = 64
WEB_MEMORY = 160


def say(words: str) -> None:
    """Tell how far it is; the table comes at the end."""
    print(words, file=sys.stderr, flush=True)


def cookie_of(user: User) -> str:
    """Sign a person in and return what the browser would send from then on."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["seen_at"] = time.time()
    session.save()
    token = "a" * 32
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={token}"


def pages(city: sample.City) -> tuple[Page, list[Page]]:
    """Return the page floor and the pages with their goals."""
    learners = city.people[100 : 100 + SESSIONS]
    cookies = [cookie_of(person) for person in learners]
    staff = [cookie_of(person) for person in sample.make_officers(city, SESSIONS)]
    course = city.cohort.course

    def everywhere(path: str, who: Sequence[str] = cookies) -> list[tuple[str, str]]:
        return [(path, cookie) for cookie in who]

    floor = Page("page floor", everywhere("/bench/page/"))
    catalogue = reverse("courses:catalogue")
    return floor, [
        Page("empty signed-in view", everywhere("/bench/empty/")),
        Page("login page", [(reverse("account_login"), "")], peer=119),
        Page("dashboard", everywhere("/"), goal=0.35, peer=20),
        Page("course", everywhere(reverse("courses:detail", args=[course.code])), 0.5, 25),
        Page("lesson", _lessons(city, learners, cookies), goal=0.5, peer=36),
        Page("quiz page", _quizzes(city, learners, cookies), peer=28),
        Page("catalogue", everywhere(catalogue), goal=0.35, peer=24),
        Page("catalogue, search", everywhere(f"{catalogue}?q=ngoai+ngu"), 0.35, peer=15.5),
        Page(
            f"class page, {sample.PEOPLE:,} learners",
            everywhere(reverse("enrolments:cohort", args=[city.cohort.pk]), staff),
            goal=0.25,
            peer=13,
        ),
        Page(f"test results, {sample.PEOPLE:,} learners", _results(city, staff), peer=7),
        Page(
            f"gradebook, {sample.PEOPLE:,} × {gradebook.COMPONENTS}",
            everywhere(gradebook.page_of(city), staff),
            peer=gradebook.PEER_PAGE,
        ),
    ]


def _lessons(
    city: sample.City, learners: Sequence[User], cookies: Sequence[str]
) -> list[tuple[str, str]]:
    lesson = city.cohort.version.lessons.order_by("position").first()
    return [
        (reverse("enrolments:lesson", args=[place, lesson.key if lesson else ""]), cookie)
        for place, cookie in zip(_places(city, learners), cookies, strict=True)
    ]


def _quizzes(
    city: sample.City, learners: Sequence[User], cookies: Sequence[str]
) -> list[tuple[str, str]]:
    key = city.cohort.version.blocks.get(kind="quiz").key
    return [
        (reverse("assessment:start", args=[place, key]), cookie)
        for place, cookie in zip(_places(city, learners), cookies, strict=True)
    ]


def _results(city: sample.City, staff: Sequence[str]) -> list[tuple[str, str]]:
    key = city.cohort.version.blocks.get(kind="quiz").key
    path = reverse("assessment:class_results", args=[city.cohort.pk, key])
    return [(path, cookie) for cookie in staff]


def _places(city: sample.City, learners: Sequence[User]) -> list[int]:
    of_class = city.cohort.enrolments.filter(learner__in=learners)
    known = dict(of_class.values_list("learner", "pk"))
    return [known[person.pk] for person in learners]


def web_lines(city: sample.City, folder: Path, *, short: bool) -> list[Line]:
    """Measure the pages and what the web workers have grown to."""
    rounds, seconds = (1, 2) if short else (3, 3)
    floor, wanted = pages(city)
    connection.close()
    with serving(folder) as server:
        lines = measure(server, floor, wanted, rounds=rounds, seconds=seconds)
        memory = server.resident()
    return [*lines, Line("web worker, resident", memory, "MB", goal=WEB_MEMORY, at_most=True)]


def job_lines(city: sample.City, folder: Path, *, short: bool) -> list[Line]:
    """Measure the work that no page waits for."""
    lines = []
    steps: list[Callable[[], list[Line]]] = [
        lambda: gradebook.file_lines(city),
        lambda: [remark_line(city)],
        lambda: [attempt_line(city, 20 if short else 100)],
        lambda: mail_lines(city, folder, 400 if short else sample.PEOPLE),
        lambda: [import_line(city, 500 if short else 4000)],
        lambda: people_lines(city, 4000 if short else 40_000),
        lambda: required_lines(city),
        # The last one: nothing is started by a process that has compiled a paper.
        lambda: [paper_line(city, 30 if short else 300)],
    ]
    for step in steps:
        lines += step()
        say(f"{connection.vendor}: {lines[-1].name}")
    return lines


def prepare() -> sample.City:
    """Make the tables and fill them."""
    command = [sys.executable, str(ROOT / "manage.py"), "prepare"]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "DEMO": "0"})
    began = time.monotonic()
    city = sample.load()
    gradebook.fill(city)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say(f"{connection.vendor}: loaded in {time.monotonic() - began:.0f} s")
    return city


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("result", type=Path)
    parser.add_argument("--short", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        lines = measured(short=chosen.short)
    except BenchError as wrong:
        say(f"{connection.vendor}: {wrong}")
        return 1
    print(table(connection.vendor, lines), flush=True)
    chosen.result.write_text(json.dumps([line.as_dict() for line in lines]), encoding="utf-8")
    return 0


def measured(*, short: bool) -> list[Line]:
    """Fill the database and measure everything on it."""
    city = prepare()
    lines: list[Line] = []
    if has_wrk():
        lines += web_lines(city, settings.VAR_DIR, short=short)
    else:
        say("wrk is missing (Debian: apt install wrk): the pages are not measured.")
    return lines + job_lines(city, settings.VAR_DIR, short=short)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
