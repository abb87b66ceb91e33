"""What the documents of classes share: who writes, who signs, a list of people with STT."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Posting, UnitPlacement
from accounts.permissions import Role
from enrolments.documents import ORDER, Dossier
from enrolments.models import CohortStaff, Decision, Enrolment
from enrolments.models.places import EnrolmentQuerySet
from lms.clock import today
from lms.official import BY_HAND, DOTS, PLACE, Official, Part, Signer, long_day, short_day

ROOM_TO_SIGN: Final = 9  # millimetres


def paper(dossier: Dossier, title: str, *parts: Part, **fields: Any) -> Official:
    """Return a document of the class's organiser, dated by hand where it is signed."""
    cohort = dossier.cohort
    about = fields.pop("about", f"{cohort.name}")
    return Official(
        agency=cohort.organiser.name,
        superior=superior_of(cohort.organiser_id),
        title=title,
        about=about,
        place=PLACE,
        day=today(),
        parts=parts,
        is_undated=fields.pop("is_undated", True),
        **fields,
    )


def superior_of(unit_id: int) -> str:
    """Return the unit above, as the head of a document names it."""
    above = UnitPlacement.objects.in_force(today()).filter(unit=unit_id)
    placement = above.select_related("parent").first()
    return placement.parent.name if placement else ""


def people(places: EnrolmentQuerySet) -> list[Enrolment]:
    """Return the places by given name, with the learners and who sent them."""
    return list(places.select_related("learner", "sending_unit").order_by(*ORDER))


def titles_of(places: Sequence[Enrolment]) -> dict[int, str]:
    """Return the titles of the people's posts today."""
    cohorts = {place.cohort_id for place in places}
    learners = Enrolment.objects.filter(cohort__in=cohorts).values("learner")
    posts = Posting.objects.in_force().primary().filter(user__in=learners)
    return dict(posts.values_list("user_id", "title"))


def numbered(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return the rows behind their number."""
    return [[str(number), *row] for number, row in enumerate(rows, start=1)]


def roll_header(*more: str) -> list[str]:
    """Return the columns each list of people begins with."""
    return [_("No."), _("Full name"), _("Unit"), *more]


def roll(places: Sequence[Enrolment], blanks: int = 0) -> list[list[str]]:
    """Return number, name and unit of each, with columns to write in."""
    names = ([place.learner.full_name, place.sending_unit.name] for place in places)
    return numbered([*row, *[""] * blanks] for row in names)


def annex_of(decision: Decision | None, issuer: str) -> str:
    """Return the note that names the decision a list belongs to."""
    if decision is None:
        return f"(Kèm theo Quyết định số {DOTS} ngày …… tháng …… năm {today().year} của {issuer})"
    day = long_day(decision.issued_on)
    return f"(Kèm theo Quyết định số {decision.reference} {day} của {decision.issuer.name})"


def in_all(count: int) -> str:
    """Return the sentence that closes a list."""
    return f"Danh sách có {count} người./."


def deciding_signer(dossier: Dossier) -> Signer:
    """Return who signed the opening decision, where the organiser itself issued it."""
    decision = dossier.cohort.opening_decision
    if decision is None or decision.issuer_id != dossier.cohort.organiser_id:
        return Signer("Thủ trưởng đơn vị")
    return Signer(decision.signer_title or "Thủ trưởng đơn vị", decision.signer_name)


def supervisor(dossier: Dossier) -> Signer:
    """Return the class supervisor, by name where exactly one is named."""
    rows = CohortStaff.objects.in_force().filter(cohort=dossier.cohort, role=Role.CLASS_SUPERVISOR)
    names = list(rows.values_list("user__full_name", flat=True)[:2])
    return Signer("Chủ nhiệm lớp", names[0] if len(names) == 1 else "", BY_HAND)


def span(dossier: Dossier) -> str:
    """Return from when to when the class runs."""
    begun, ended = short_day(dossier.cohort.starts_on), short_day(dossier.cohort.ends_on)
    return f"từ ngày {begun} đến ngày {ended}"


def hour(moment: dt.datetime) -> str:
    """Return a time as documents write it: `08 giờ 00`."""
    return f"{timezone.localtime(moment):%H giờ %M}"
