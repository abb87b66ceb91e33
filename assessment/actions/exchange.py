"""Questions of a file into a bank, and a bank's questions for a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from assessment.actions.questions import Wording, add_question
from assessment.interchange import Item, Read, Skipped
from assessment.models import Question, QuestionBank, QuestionVersion
from audit.actions import record


@dataclass
class Plan:
    """What a file would add, what is there already, and what cannot be taken."""

    new: list[Item] = field(default_factory=list)
    known: list[Item] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def plan(*, bank: QuestionBank, read: Read) -> Plan:
    """Compare a file with a bank: what says the same is there already, in the file as well."""
    held = {item.content for item in items_of(bank)}
    made = Plan(skipped=read.skipped)
    for item in read.items:
        content = item.content
        (made.known if content in held else made.new).append(item)
        held.add(content)
    return made


@transaction.atomic
def import_questions(*, bank: QuestionBank, read: Read, by: User) -> int:
    """Add the questions that the bank does not hold. Safe to call twice."""
    held = QuestionBank.objects.select_for_update(of=("self",)).get(pk=bank.pk)
    new = plan(bank=held, read=read).new
    for item in new:
        wording = Wording(
            kind=item.kind,
            body=item.body,
            data=item.data,
            explanation=item.explanation,
            language=item.language,
        )
        add_question(bank=held, wording=wording, topic=item.topic, by=by)
    if new:
        facts = {"questions": len(new)}
        unit_id = held.provider.unit_id
        record(by=by, action="import_questions", target=held, unit_id=unit_id, after=facts)
    return len(new)


def export_questions(*, bank: QuestionBank, form: str, by: User) -> list[Item]:
    """Return the questions of a bank with their keys, by topic; who took them is recorded."""
    items = items_of(bank)
    facts = {"questions": len(items), "format": form}
    unit_id = bank.provider.unit_id
    record(by=by, action="export_questions", target=bank, unit_id=unit_id, after=facts)
    return items


def items_of(bank: QuestionBank) -> list[Item]:
    """Return the questions of a bank that are in force, by topic and age."""
    found = bank.questions.in_force().select_related("current").order_by("topic", "pk")
    return [_item(row, row.current) for row in found if row.current]


def _item(question: Question, version: QuestionVersion) -> Item:
    return Item(
        kind=version.kind,
        body=version.body,
        data=version.data,
        explanation=version.explanation,
        topic=question.topic,
        language=version.language,
    )
