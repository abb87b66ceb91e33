"""What every page needs: the agency, the menu."""

from django.conf import settings
from django.http import HttpRequest


def page(_request: HttpRequest) -> dict[str, object]:
    """Return the names shown on every page."""
    return {"agency_name": settings.AGENCY_NAME, "support_phone": settings.SUPPORT_PHONE}
