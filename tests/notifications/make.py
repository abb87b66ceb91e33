"""Kinds, people and notices of the mail tests."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from lms.text import fold, name_sort_key, split_name
from notifications.actions import NoticeSpec
from notifications.kinds import NoticeKind, notice_kinds
from notifications.models import Notice

User = get_user_model()
finished: set[str] = set()  # the subjects that are done, as a higher app would know
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def _unfinished(notices: list[Notice]) -> set[int]:
    return {notice.pk for notice in notices if notice.subject not in finished}


def _title(context: Mapping[str, Any], language: str) -> str:
    words = "Due soon" if language == "en" else "Sắp đến hạn"
    return f"{words}: {context['course']}"


def _body(context: Mapping[str, Any], language: str) -> str:
    return ("Due on" if language == "en" else "Hạn") + f" {context['due']}"


DUTY = notice_kinds.register(
    "test_duty",
    NoticeKind(
        "test_duty", "Nhắc hạn", True, _title, _body, _unfinished, why="Quyết định 1012/QĐ-UBND"
    ),
)
TIP = notice_kinds.register(
    "test_tip", NoticeKind("test_tip", "Khóa học mới", False, _title, _body)
)


def make_person(code: str, **fields: Any) -> Any:
    """Make a person with an address and a name."""
    name = fields.pop("full_name", "Nguyễn Thị Hạnh")
    family, middle, given = split_name(name)
    return User.objects.create(
        username=code,
        full_name=name,
        family_name=family,
        middle_name=middle,
        given_name=given,
        sort_key=name_sort_key(family=family, middle=middle, given=given),
        search_key=fold(name),
        **{"email": f"{code}@cbcc.example", **fields},
    )


def make_people(count: int) -> list[Any]:
    """Make many people in one statement."""
    people = [
        User(
            username=f"p{n}",
            full_name=f"Lê An {n}",
            given_name="An",
            sort_key="a",
            search_key="le an",
            email=f"p{n}@cbcc.example",
        )
        for n in range(count)
    ]
    return list(User.objects.bulk_create(people))


def spec(person: Any, **fields: Any) -> NoticeSpec:
    """Describe a duty's reminder that is due now."""
    values = {
        "person_id": person.pk,
        "kind": "test_duty",
        "subject": "obligation:1",
        "due_on": dt.date(2026, 3, 24),
        "send_at": timezone.now(),
        "offset": 14,
        "context": {"course": "AI-01", "due": "24/03/2026"},
        "url": "/hoc/1/",
    }
    return NoticeSpec(**{**values, **fields})
