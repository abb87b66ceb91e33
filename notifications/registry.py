"""The bell in the header."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.navigation import Tool, header_tools
from notifications.models import InboxItem


def bell(request: HttpRequest) -> Tool:
    """Return the way to the inbox, with the number of unread lines."""
    unread = InboxItem.objects.visible_to(request.user).unread().count()
    words = ngettext("%(count)d unread notice", "%(count)d unread notices", unread)
    label = f"{_('Notices')}, {words % {'count': unread}}" if unread else _("Notices")
    return Tool(icon="bell", label=label, url=reverse("notifications:inbox"), count=unread)


header_tools.register("bell", bell)
