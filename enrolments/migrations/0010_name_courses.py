"""Apart from the change of the table: PostgreSQL alters none that has rows still to be checked."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_courses(apps, _schema_editor):
    """Give the duties of classes the course of their class."""
    duties = apps.get_model("enrolments", "Obligation")
    places = apps.get_model("enrolments", "Enrolment").objects.filter(pk=OuterRef("enrolment"))
    course = Subquery(places.values("cohort__course")[:1])
    duties.objects.filter(enrolment__isnull=False, course=None).update(course=course)


class Migration(migrations.Migration):

    dependencies = [
        ("enrolments", "0009_kept_seats"),
    ]

    operations = [
        migrations.RunPython(name_courses, migrations.RunPython.noop),
    ]
