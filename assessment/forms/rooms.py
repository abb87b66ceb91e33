"""Forms of examination rooms: opening them, and the invigilator's acts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.access import day_field
from assessment.actions.rooms import RoomData
from assessment.models import ExamRoom, RoomSeat
from enrolments.forms.sessions import TimeInput

ROOMS_AT_MOST, MINUTES_AT_MOST = 50, 120


class RoomForm(forms.Form):
    """When and where people sit a test."""

    name = forms.CharField(label=gettext_lazy("Room"), max_length=90)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    day = day_field(gettext_lazy("Day"))
    begins = forms.TimeField(label=gettext_lazy("Time of beginning"), widget=TimeInput())
    ends = forms.TimeField(
        label=gettext_lazy("Time of ending"),
        widget=TimeInput(),
        help_text=gettext_lazy("Who comes late ends with the others."),
    )
    access_word = forms.CharField(
        label=gettext_lazy("Access word"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Told in the room; leave empty where none is wanted."),
    )

    def clean(self) -> dict[str, Any]:
        """Say what the database would refuse."""
        values = super().clean() or self.cleaned_data
        if not self.errors and values["ends"] <= values["begins"]:
            self.add_error("ends", _("The end lies after the beginning."))
        return values

    def data_(self) -> RoomData:
        """Return what was said, with moments in the city's time."""
        values = self.cleaned_data
        return RoomData(
            name=values["name"].strip(),
            place=values["place"].strip(),
            opens_at=_moment(values["day"], values["begins"]),
            closes_at=_moment(values["day"], values["ends"]),
            access_word=values["access_word"].strip(),
        )

    @staticmethod
    def said(room: ExamRoom) -> dict[str, Any]:
        """Return what the form says of a room."""
        begins, ends = timezone.localtime(room.opens_at), timezone.localtime(room.closes_at)
        return {
            "name": room.name,
            "place": room.place,
            "day": begins.date(),
            "begins": begins.time(),
            "ends": ends.time(),
            "access_word": room.access_word,
        }


class NewRoomsForm(RoomForm):
    """Rooms that are alike, and how many."""

    rooms = forms.IntegerField(
        label=gettext_lazy("Number of rooms"),
        min_value=1,
        max_value=ROOMS_AT_MOST,
        initial=1,
        help_text=gettext_lazy("Those without a seat are spread evenly, by given name."),
    )
    field_order = ["name", "rooms"]


class RoomActForm(forms.Form):
    """One act on the ticked candidates."""

    ACTS = ("present", "absent", "minutes", "stop", "note")
    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    seats = forms.ModelMultipleChoiceField(RoomSeat.objects.none(), required=False)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=MINUTES_AT_MOST, required=False
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, required=False)

    def __init__(self, *args: Any, room: ExamRoom, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["seats"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = room.seats.all()

    def clean(self) -> dict[str, Any]:
        """Ask for whom, how much and why, where the act needs it."""
        values = super().clean() or self.cleaned_data
        act = values.get("act")
        if act != "note" and not values.get("seats"):
            raise forms.ValidationError(_("Tick candidates first."))
        if act == "minutes" and not values.get("minutes"):
            raise forms.ValidationError(_("Say how many minutes are added."))
        return values


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))
