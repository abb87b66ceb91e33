"""What every page needs: the agency, the menu, the buttons of the header."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lms.navigation import build_menu, build_tools


def page(request: HttpRequest) -> dict[str, object]:
    """Return what the shell shows; a fragment that shows no menu asks nothing."""
    return {
        "agency_name": settings.AGENCY_NAME,
        "support_phone": settings.SUPPORT_PHONE,
        "is_demo": settings.DEMO,
        "menu": SimpleLazyObject(partial(build_menu, request)),
        "header_tools": SimpleLazyObject(partial(build_tools, request)),
    }
