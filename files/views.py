"""Uploads in slices. Each answer tells where the upload stands."""

import json
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from files import actions
from files.accept import ACCEPTS
from files.forms import CompleteForm, OpenForm
from files.models import UploadSession


def _sentence(error: ValidationError) -> JsonResponse:
    return JsonResponse({"error": " ".join(error.messages)}, status=422)


def _standing(session: UploadSession, status: int = 200) -> JsonResponse:
    facts = {"id": str(session.pk), "received": session.received, "slice": actions.SLICE}
    return JsonResponse(facts, status=status)


def _typed(request: HttpRequest) -> dict[str, object]:
    try:
        typed = json.loads(request.body)
    except ValueError:
        return {}
    return typed if isinstance(typed, dict) else {}


def _signed_in(request: HttpRequest) -> AbstractBaseUser:
    user = request.user
    if not user.is_authenticated:
        raise PermissionError("Uploads are for signed-in people only.")
    return user


@require_POST
def open_upload(request: HttpRequest) -> JsonResponse:
    """Begin an upload, or take up the same one again."""
    form = OpenForm(_typed(request))
    if not form.is_valid():
        return JsonResponse({"error": _("The upload could not begin.")}, status=422)
    facts = form.cleaned_data
    try:
        session = actions.open_session(
            name=facts["name"],
            size=facts["size"],
            by=_signed_in(request),
            accept=ACCEPTS[facts["accept"]],
            purpose="upload",
        )
    except ValidationError as error:
        return _sentence(error)
    return _standing(session, status=201)


@require_http_methods(["GET", "PUT"])
def upload(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Tell where one's upload stands; take the next slice."""
    session = get_object_or_404(UploadSession.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        return _standing(session)
    offset = request.GET.get("offset", "")
    data = request.read(actions.SLICE + 1)
    if not offset.isdecimal() or not data:
        return _standing(session, status=409)
    try:
        by = _signed_in(request)
        return _standing(actions.put_slice(session=session, offset=int(offset), data=data, by=by))
    except actions.WrongOffsetError as wrong:
        return JsonResponse({"received": wrong.expected}, status=409)
    except ValidationError as error:
        return _sentence(error)


@require_POST
def complete_upload(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Turn the whole upload into a file of one's own."""
    session = get_object_or_404(UploadSession.objects.visible_to(request.user), pk=pk)
    form = CompleteForm(_typed(request))
    if not form.is_valid():
        return JsonResponse({"error": _("The upload could not be finished.")}, status=422)
    sha256 = form.cleaned_data["sha256"]
    try:
        file = actions.complete(session=session, sha256=sha256, by=_signed_in(request))
    except actions.WrongOffsetError as wrong:
        return JsonResponse({"received": wrong.expected}, status=409)
    except ValidationError as error:
        return _sentence(error)
    return JsonResponse({"file": file.pk, "name": file.name, "size": file.blob.size})
