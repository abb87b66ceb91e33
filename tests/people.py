"""The cast: the same people in every test, each with a fixed meaning.

Hạnh learns. Thu is the HR officer of Hạnh's ward, Quang of the city department that runs the
class, Ngoại of a ward that has nothing to do with it. Lan teaches, Phúc runs the training office
of the academy, Khánh signs, Sơn supervises the class, Đức heads Hạnh's ward, Yến administers,
Thanh audits, Hòa supports. Lạ works elsewhere and must see nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.test import Client

from accounts.models import Unit, User
from accounts.permissions import Role
from courses.models import Provider
from tests.make import grant, make_provider, make_unit, make_user

PASSWORD = "mat-khau-du-dai-2026"


@dataclass
class Cast:
    """Everybody, and the units they work in."""

    city: Unit
    department: Unit
    ward: Unit
    other_ward: Unit
    provider: Provider
    learner: User
    hr: User
    department_hr: User
    other_hr: User
    trainer: User
    training_officer: User
    signatory: User
    supervisor: User
    manager: User
    administrator: User
    auditor: User
    support: User
    stranger: User

    def everyone(self) -> dict[str, User]:
        """Return all people by the name of their part."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: part for name, part in parts.items() if isinstance(part, User)}


def make_cast() -> Cast:
    """Make the units, the people and their roles."""
    city = make_unit("Ủy ban nhân dân Thành phố", kind="city", code="79")
    department = make_unit("Sở Nội vụ", parent=city, kind="department", code="SNV")
    ward = make_unit("Phường Bến Thành", parent=city, code="26743")
    other_ward = make_unit("Phường Dĩ An", parent=city, code="25942")
    academy = make_unit("Học viện Cán bộ", parent=city, kind="institution", code="HVCB")
    cast = Cast(
        city=city,
        department=department,
        ward=ward,
        other_ward=other_ward,
        provider=make_provider(academy, code="HVCB"),
        learner=make_user("Nguyễn Thị Hồng Hạnh", unit=ward, username="hanh", birth_year=1981),
        hr=make_user("Lê Thị Thu", unit=ward, username="thu"),
        department_hr=make_user("Trần Minh Quang", unit=department, username="quang"),
        other_hr=make_user("Phạm Văn Ngoại", unit=other_ward, username="ngoai"),
        trainer=make_user("Võ Ngọc Lan", username="lan"),
        training_officer=make_user("Cao Hữu Phúc", unit=academy, username="phuc"),
        signatory=make_user("Âu Dương Khánh", unit=academy, username="khanh", is_head=True),
        supervisor=make_user("Đỗ Thanh Sơn", unit=academy, username="son"),
        manager=make_user("Bùi Minh Đức", unit=ward, username="duc", is_head=True),
        administrator=make_user("Trịnh Hải Yến", unit=department, username="yen"),
        auditor=make_user("Đinh Công Thanh", username="thanh"),
        support=make_user("Trương Xuân Hòa", unit=department, username="hoa"),
        stranger=make_user("Hoàng Văn Lạ", unit=other_ward, username="la"),
    )
    grant(cast.hr, Role.HR_OFFICER, ward)
    grant(cast.department_hr, Role.HR_OFFICER, department)
    grant(cast.other_hr, Role.HR_OFFICER, other_ward)
    grant(cast.trainer, Role.TRAINER, academy, scope="provider")
    grant(cast.training_officer, Role.TRAINING_OFFICER, academy, scope="provider")
    grant(cast.signatory, Role.SIGNATORY, academy, scope="provider")
    grant(cast.manager, Role.LINE_MANAGER, ward)
    grant(cast.administrator, Role.ADMINISTRATOR, scope="site")
    grant(cast.auditor, Role.AUDITOR, scope="site")
    grant(cast.support, Role.SUPPORT, scope="site")
    return cast


def signed_in_as(user: User) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client
