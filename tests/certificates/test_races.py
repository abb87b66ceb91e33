"""Several processes take numbers from one register at the same moment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from certificates.models import Certificate, Register
from tests.certificates.make import make_ended, make_learners, register_of
from tests.jobs.processes import database_url
from tests.ledgers import flush_lifts_ledgers
from tests.people import make_cast

PROCESSES, EACH = 5, 10
ISSUER = """
import sys, django
django.setup()
from django.contrib.auth import get_user_model
from certificates.actions.issue import make_papers
from certificates.models import Register, SignatoryPost
from certificates.snapshot import Issue
from enrolments.models import Enrolment
from lms.clock import today
by, *places = map(int, sys.argv[1:])
register = Register.objects.get()
officer = get_user_model().objects.get(pk=by)
print("ready", flush=True)
sys.stdin.readline()
for pk in places:
    issue = Issue(register, SignatoryPost.objects.get(), today())
    make_papers(issue=issue, enrolments=[Enrolment.objects.get(pk=pk)], by=officer)
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_issues_leave_no_gap_and_no_twin() -> None:
    with flush_lifts_ledgers():
        ended = make_ended(make_cast())
        places = [place.pk for place in make_learners(ended, PROCESSES * EACH)]
        register_of(ended)
        env = {**os.environ, "DATABASE_URL": database_url(), "PYTHONPATH": str(settings.BASE_DIR)}
        officer = ended.cast.training_officer.pk
        issuers = [
            subprocess.Popen(
                [sys.executable, "-c", ISSUER, str(officer), *map(str, places[n::PROCESSES])],
                env={**env, "DJANGO_SETTINGS_MODULE": "lms.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for n in range(PROCESSES)
        ]
        for issuer in issuers:
            assert issuer.stdout
            assert issuer.stdout.readline() == b"ready\n"
        for issuer in issuers:
            assert issuer.stdin
            issuer.stdin.write(b"go\n")
            issuer.stdin.flush()
        assert [issuer.communicate(timeout=120)[0] for issuer in issuers]
        assert [issuer.returncode for issuer in issuers] == [0] * PROCESSES
        total = PROCESSES * EACH
        numbers = Certificate.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, total + 1))
        assert Register.objects.get().last_number == total
