"""The kinds of questions: how each is asked, answered and marked."""

from assessment.kinds.base import Data, Kind, Response
from assessment.kinds.categorise import CategoriseKind
from assessment.kinds.choices import MultipleKind, SingleKind
from assessment.kinds.cloze import ClozeKind
from assessment.kinds.matching import MatchingKind
from assessment.kinds.numeric import NumericKind
from assessment.kinds.ordering import OrderingKind
from assessment.kinds.short_text import ShortTextKind
from assessment.kinds.true_false import TrueFalseKind
from lms.registries import Registry

question_kinds: Registry[Kind] = Registry("question kinds")
question_kinds.register("single", SingleKind(), weight=10)
question_kinds.register("multiple", MultipleKind(), weight=20)
question_kinds.register("true_false", TrueFalseKind(), weight=30)
question_kinds.register("short_text", ShortTextKind(), weight=40)
question_kinds.register("numeric", NumericKind(), weight=50)
question_kinds.register("matching", MatchingKind(), weight=60)
question_kinds.register("ordering", OrderingKind(), weight=70)
question_kinds.register("cloze", ClozeKind(), weight=80)
question_kinds.register("categorise", CategoriseKind(), weight=90)

__all__ = ["Data", "Kind", "Response", "question_kinds"]
