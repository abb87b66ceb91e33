"""What other apps add to the page of a person and to the page that explains access."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.models import User
from lms.registries import Registry


@dataclass(frozen=True)
class PersonPanel:
    """A part of a person's page: safe HTML, or nothing where the reader may not see it."""

    render: Callable[[HttpRequest, User], str]


@dataclass(frozen=True)
class Finding:
    """One line of an explanation: a fact, and whether it speaks for or against."""

    text: str
    speaks_for: bool | None = None


@dataclass(frozen=True)
class Explainer:
    """How to find an object of a kind from what a person types, and who sees it why."""

    label: Promise | str
    find: Callable[[str], Model | None]
    explain: Callable[[User, Model], list[Finding]]
    sees: Callable[[User, Model], bool]


person_panels: Registry[PersonPanel] = Registry("person panels")
explainers: Registry[Explainer] = Registry("explainers")
