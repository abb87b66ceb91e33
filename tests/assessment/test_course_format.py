"""What docs/course-format.md shows of questions, tests and assignments is what is read."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from assessment.assignments import assignment_of
from assessment.frozen import quizzes_of
from courses.models import CourseVersion, Subject
from tests.make import make_code
from tests.people import Cast

COURSE = """
code: AI-10
provider: HVCB
subject: ai
title: Bài kiểm tra và bài thu hoạch
study_form: tu_xa
content_group: so
summary: Tóm tắt.
objectives: [Nêu được]
modules:
  - slug: mo-dau
    title: Mở đầu
    periods: {online: 1}
    lessons: [bai-1.md]
"""
LESSON = """---
title: Bài 1
objective: Nêu được.
minutes: 45
---
"""


def test_the_examples_of_the_course_format_are_read(cast: Cast, tmp_path: Path) -> None:
    Subject.objects.create(code="ai", name_vi="Trí tuệ nhân tạo")
    make_code("study_form", "tu_xa", "Từ xa")
    make_code("content_group", "so", "Kỹ năng số")
    text = (Path(settings.BASE_DIR) / "docs/course-format.md").read_text()
    fences = re.findall(r"```markdown\n(::: .*?)```", text, re.DOTALL)
    (tmp_path / "course.yaml").write_text(COURSE)
    (tmp_path / "bai-1.md").write_text(LESSON + "\n".join(fences))
    call_command("import_course", str(tmp_path), by=cast.trainer.username, publish=True)
    version = CourseVersion.objects.get()
    [quiz] = quizzes_of(version).values()
    assert (quiz.minutes, quiz.attempts_allowed, quiz.max_points) == (45, 2, Decimal(3))
    assert [row.kind for row in quiz.questions] == ["true_false", "numeric"]
    work = assignment_of(version, version.blocks.get(kind="assignment").key)
    assert work
    assert (work.max_points, work.due_days_before_end, len(work.criteria)) == (Decimal(10), 3, 2)
    asked = version.blocks.get(kind="question").frozen
    assert asked
    assert len(asked["data"]["options"]) == 3
