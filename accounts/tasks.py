"""Letters with links, the daily look at dated units, pruning."""

from allauth.account.models import EmailAddress
from celery import shared_task
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actions.email import email_link, reset_link
from accounts.actions.units import refresh_units as refresh
from accounts.backends import find_by_personal_address
from accounts.models import ActivationCode, User
from jobs.models import Outbox
from jobs.work import outbox_task
from lms.clock import today
from lms.pruning import delete_some, long_ago


@outbox_task(name="accounts.send_email_link")
def send_email_link(row: Outbox) -> None:
    """Send the link that proves an address, if it is still wanted."""
    wanted = EmailAddress.objects.filter(user=row.args["person"], email=row.args["email"])
    address = wanted.select_related("user").first()
    if address is None or not isinstance(address.user, User):
        return
    link = email_link(address.user, address.email)
    with translation.override(address.user.language):
        _send(
            row,
            address.user,
            to=address.email,
            subject=_("Confirm the e-mail address"),
            template="email_link",
            link=link,
        )


@outbox_task(name="accounts.send_reset_link")
def send_reset_link(row: Outbox) -> None:
    """Send the link for a new password to the verified address."""
    person = User.objects.active().filter(pk=row.args["person"]).first()
    proved = EmailAddress.objects.filter(user=person, verified=True).first()
    if person is None or proved is None or find_by_personal_address(proved.email) != person:
        return
    with translation.override(person.language):
        _send(
            row,
            person,
            to=proved.email,
            subject=_("A new password"),
            template="reset_link",
            link=reset_link(person),
        )


@shared_task(name="accounts.refresh_units")
def refresh_units() -> None:
    """Let names and places that begin today take effect."""
    refresh(day=today())


@shared_task(name="accounts.prune")
def prune() -> None:
    """Take out ended sessions, and codes long expired or used; the audit log knows of them."""
    delete_some(Session.objects.filter(expire_date__lt=timezone.now()))
    delete_some(ActivationCode.objects.filter(expires_at__lt=long_ago()))


def _send(row: Outbox, person: User, *, to: str, subject: str, template: str, link: str) -> None:
    words = {"name": person.full_name, "link": link}
    body = render_to_string(f"accounts/mail/{template}.txt", words)
    # The same row sends the same letter: a mail server may drop the second.
    headers = {"Message-ID": f"<accounts.{row.pk}@lms>"}
    EmailMessage(subject, body, to=[to], headers=headers).send()
