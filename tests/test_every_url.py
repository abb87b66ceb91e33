"""Every address of the product, for every part: what is not decided in `access.py` fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lms.navigation import menu
from tests.access import ADDRESSES, EVERYBODY, Address, Kind
from tests.people import signed_in_as
from tests.world import World, make_world

SIGN_IN = "/dang-nhap/"
FOR_ALL = (Kind.PUBLIC, Kind.OPEN)
# Reading keeps the session alive and counts towards limits; nothing else is written.
KEPT = ("django_session", "lms_cache")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
# A mail program posts here without a page before it; the signed token is the proof.
WITHOUT_TOKEN = {"notifications:unsubscribe"}
# What may differ between two answers that say the same.
DIFFERING = re.compile(r'(name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*")')


@pytest.fixture
def world(db: None) -> World:
    """Return one of everything."""
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
    if entry.kind is not Kind.ACT:
        return client.get(url).status_code
    with undone():
        return client.post(url, entry.data).status_code


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
        if part in entry.may and (status in (403, 404, 405) or status >= 500):
            wrong.append(f"{name}: {status}, should be there")
        if part not in entry.may and status != 404:
            wrong.append(f"{name}: {status}, should not be there")
    assert not wrong, wrong


@pytest.mark.parametrize("part", ["other_hr", "stranger", "learner", "auditor"])
def test_absent_and_forbidden_are_the_same_page(part: str, world: World) -> None:
    client = signed_in_as(world.cast.everyone()[part])
    wrong = []
    for name, entry in ADDRESSES.items():
        if part in entry.may or entry.absent(world) == entry.args(world):
            continue
        bodies = {
            _body(client, entry, reverse(name, args=args))
            for args in (entry.args(world), entry.absent(world))
        }
        if len(bodies) != 1:
            wrong.append(name)
    assert not wrong, wrong


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
    assert not wrong, wrong


def _is_right_for_visitors(entry: Address, answer: HttpResponseBase) -> bool:
    if entry.kind in FOR_ALL:
        asked_in = answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)
        return answer.status_code not in (401, 403, 404) and not asked_in
    if entry.kind is Kind.API:
        return answer.status_code in (401, 403)
    return answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_reading_writes_nothing(part: str, world: World) -> None:
    client = signed_in_as(world.cast.everyone()[part])
    wrote: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if WRITES.match(sql) and not any(table in sql for table in KEPT):
            wrote.append(sql[:80])
        return execute(sql, *rest)

    wrong = {}
    for name, entry in ADDRESSES.items():
        wrote.clear()
        with undone(), connection.execute_wrapper(watch):
            client.get(url_of(name, world))
        if wrote:
            wrong[name] = list(wrote)
        assert entry.kind is not Kind.ACT or client.get(url_of(name, world)).status_code >= 400
    assert not wrong, wrong


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
    assert not wrong, wrong


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_every_line_of_the_menu_leads_somewhere(part: str, world: World) -> None:
    client = signed_in_as(world.cast.everyone()[part])
    request = client.get(reverse("enrolments:home")).wsgi_request
    shown = [item.url_name for item in menu if item.shown(request)]
    assert "enrolments:home" in shown
    assert [name for name in shown if client.get(reverse(name)).status_code != 200] == []
    for name in shown:
        assert part in ADDRESSES[name].may, name
