"""The bell in the header, and the notice of this app's own."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.navigation import Tool, header_tools
from notifications import export_notices
from notifications.kinds import NoticeKind, notice_kinds
from notifications.models import InboxItem


def bell(request: HttpRequest) -> Tool:
    """Return the way to the inbox, with the number of unread lines."""
    unread = InboxItem.objects.visible_to(request.user).unread().count()
    words = ngettext("%(count)d unread notice", "%(count)d unread notices", unread)
    label = f"{_('Notices')}, {words % {'count': unread}}" if unread else _("Notices")
    return Tool(icon="bell", label=label, url=reverse("notifications:inbox"), count=unread)


header_tools.register("bell", bell)

notice_kinds.register(
    export_notices.EXPORT_READY,
    NoticeKind(
        code=export_notices.EXPORT_READY,
        label=gettext_lazy("Exported files are ready"),
        mandatory=False,
        title=export_notices.title,
        body=export_notices.body,
    ),
)
