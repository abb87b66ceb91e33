"""Every address of the product, for every part: what is not decided in `access.py` fails."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from tests.access import ADDRESSES, EVERYBODY, Address, Kind
from tests.people import signed_in_as
from tests.world import World, make_world

SIGN_IN = "/dang-nhap/"
FOR_ALL = (Kind.PUBLIC, Kind.OPEN)
# Reading keeps the session alive and counts towards limits; nothing else is written.
KEPT = ("django_session", "lms_cache")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
# Says so while nothing works in the background, as in these tests.
SICK = {"jobs:worker"}
# Taking a list of names out of the product leaves a line in the audit trail, and only that.
READ_AND_RECORDED = {
    "accounts:export_people",
    "accounts:export_reorganisation",
    "enrolments:export",
    "enrolments:document",
    "enrolments:export_nominations",
    "certificates:export_register",
    "assessment:export_questions",
    "assessment:export_grades",
    "assessment:script_sheet",
    "assessment:script_names",  # who has seen the names enters no marks from then on
    "works:take_sheet",
    "works:take_works",
    "works:mark",  # opening a work takes it, so that two do not read the same
    "reporting:export_people",
    "requirements:export_requirement",
    "surveys:export",
}
# A mail program posts here without a page before it; the signed token is the proof.
WITHOUT_TOKEN = {"notifications:unsubscribe"}
# What may differ between two answers that say the same.
DIFFERING = re.compile(r'(name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*")')


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    """Return one of everything, in an installation whose mail goes to files."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return make_world()


def url_names(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Yield the names of all addresses, with their namespaces."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from url_names(entry, inner)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"an address without a name: {entry.pattern}"
            yield f"{prefix}{entry.name}"


def url_of(name: str, world: World) -> str:
    """Return the address of the world's own object."""
    return reverse(name, args=ADDRESSES[name].args(world))


def answers(client: Client, name: str, url: str) -> int:
    """Return the status, of an act by a POST that leaves nothing behind."""
    entry = ADDRESSES[name]
    with undone():
        act = entry.kind is Kind.ACT
        answer = client.post(url, entry.data) if act else client.get(url)
    read(answer)
    return answer.status_code


def read(answer: Any) -> None:
    """Take a download to its end, as a browser does, so that its file is closed."""
    if answer.streaming:
        answer.getvalue()


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever happens inside."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def test_every_address_is_decided() -> None:
    known, decided = set(url_names()), set(ADDRESSES)
    assert known - decided == set(), "undecided"
    assert decided - known == set(), "gone"


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_a_part_reaches_what_its_rights_give_and_nothing_else(part: str, world: World) -> None:
    client = signed_in_as(world.cast.everyone()[part])
    wrong = []
    for name, entry in ADDRESSES.items():
        if name == "account_logout":
            continue
        status = answers(client, name, url_of(name, world))
        if part in entry.may and (
            status in (403, 404, 405) or (status >= 500 and name not in SICK)
        ):
            wrong.append(f"{name}: {status}, should be there")
        if part not in entry.may and status != 404:
            wrong.append(f"{name}: {status}, should not be there")
    assert not wrong, "\n".join(map(str, wrong))


def test_absent_and_forbidden_are_the_same_page(world: World) -> None:
    wrong = []
    parts = ("other_hr", "stranger", "learner", "auditor")
    clients = {part: signed_in_as(world.cast.everyone()[part]) for part in parts}
    for (part, client), (name, entry) in itertools.product(clients.items(), ADDRESSES.items()):
        if part in entry.may or entry.absent(world) == entry.args(world):
            continue
        bodies = {
            _body(client, entry, reverse(name, args=args))
            for args in (entry.args(world), entry.absent(world))
        }
        if len(bodies) != 1:
            wrong.append(f"{part}: {name}")
    assert not wrong, "\n".join(map(str, wrong))


def _body(client: Client, entry: Address, url: str) -> str:
    """Return the status and words of an answer, without its own address."""
    send = client.post if entry.kind is Kind.ACT else client.get
    answer: Any = send(url)
    words = DIFFERING.sub("", answer.content.decode())
    return f"{answer.status_code} {words.replace(url, '')}"


def test_visitors_are_asked_to_sign_in(world: World) -> None:
    wrong = []
    for name, entry in ADDRESSES.items():
        client, url = Client(), url_of(name, world)
        answer = client.post(url, entry.data) if entry.kind is Kind.ACT else client.get(url)
        if not _is_right_for_visitors(entry, answer):
            wrong.append(f"{name}: {answer.status_code}")
    assert not wrong, "\n".join(map(str, wrong))


def _is_right_for_visitors(entry: Address, answer: HttpResponseBase) -> bool:
    if entry.kind in FOR_ALL:
        asked_in = answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)
        return answer.status_code not in (401, 403, 404) and not asked_in
    if entry.kind is Kind.API:
        return answer.status_code in (401, 403)
    return answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)


def test_reading_writes_nothing(world: World) -> None:
    wrote: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if WRITES.match(sql) and not any(table in sql for table in KEPT):
            wrote.append(sql[:60])
        return execute(sql, *rest)

    wrong = {}
    for name, entry in ADDRESSES.items():
        client = signed_in_as(world.cast.everyone()[min(entry.may, default="learner")])
        wrote.clear()
        with undone(), connection.execute_wrapper(watch):
            read(client.get(url_of(name, world)))
        if wrote and name not in READ_AND_RECORDED:
            wrong[name] = list(wrote)
    assert not wrong, "\n".join(f"{name}: {sql}" for name, sql in wrong.items())


def test_nothing_is_posted_without_a_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.learner)
    wrong = []
    for name, entry in ADDRESSES.items():
        if name in WITHOUT_TOKEN:
            continue
        for send in (client.post, client.put, client.patch, client.delete):
            with undone():
                status = send(url_of(name, world), entry.data).status_code
            if status not in (403, 405):
                wrong.append(f"{name}: {status} to {send.__name__}")
    assert not wrong, "\n".join(map(str, wrong))


def test_every_line_of_the_menu_leads_somewhere(world: World) -> None:
    wrong = []
    for part, person in world.cast.everyone().items():
        client = signed_in_as(person)
        shown = client.get(reverse("enrolments:home")).context["menu"]
        lines = [line.url for group in shown.groups for line in group.lines]
        assert reverse("enrolments:home") in lines
        answers = {url: client.get(url, follow=True).status_code for url in lines}
        wrong += [f"{part}: {url}" for url, status in answers.items() if status != 200]
    assert not wrong, "\n".join(wrong)
