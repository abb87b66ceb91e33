"""When mail may be sent: not at night. The hours are a rule, `mail.quiet_hours`."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from reference.rules import rule

ONE_DAY = dt.timedelta(days=1)
NIGHT = {"from": "21:00", "to": "07:00"}


@dataclass(frozen=True)
class QuietHours:
    """The hours of a day in which nothing is sent; equal times mean none."""

    starts: dt.time
    ends: dt.time

    def hold(self, clock: dt.time) -> bool:
        """Return whether nothing is sent at this time of day."""
        if self.starts <= self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends

    def over_at(self, moment: dt.datetime) -> dt.datetime:
        """Return the moment itself, or the end of the quiet hours it falls into."""
        local = timezone.localtime(moment)
        if not self.hold(local.time()):
            return moment
        end = self.end_on(local.date())
        return end if end > moment else self.end_on(local.date() + ONE_DAY)

    def end_on(self, day: dt.date) -> dt.datetime:
        """Return the moment of the day at which the quiet hours end."""
        return timezone.make_aware(dt.datetime.combine(day, self.ends))


def quiet_hours() -> QuietHours:
    """Return the hours in force today."""
    value = rule("mail.quiet_hours", default=NIGHT)
    return QuietHours(dt.time.fromisoformat(value["from"]), dt.time.fromisoformat(value["to"]))
