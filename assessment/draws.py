"""Which questions of a pool an attempt asks: topics in fair shares, drawn by its frozen seed.

The shares are those of the largest remainder (Hamilton): the same for everybody, so that nobody
has an easier mix; only which questions of a topic are asked differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from assessment.frozen import FrozenQuestion, FrozenQuiz
from assessment.kinds.base import drawn


def shares(topics: Iterable[str], asked: int | None) -> dict[str, int]:
    """Return how many questions of each topic are asked: never more than there are.

    `topics` has one entry a question; `asked` is how many are drawn, nothing means all. Of equal
    remainders the topic that comes first has the question.
    """
    sizes = Counter(topics)
    whole = sizes.total()
    if asked is None or asked >= whole:
        return dict(sizes)
    taken = {topic: asked * size // whole for topic, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda topic: -(asked * sizes[topic] % whole))
    for topic in by_remainder[: asked - sum(taken.values())]:
        taken[topic] += 1
    return taken


def draw(quiz: FrozenQuiz, seed: int) -> list[FrozenQuestion]:
    """Return the questions that an attempt of this seed asks, in the order of the quiz."""
    share = shares((question.topic for question in quiz.questions), quiz.questions_asked)
    chosen: set[str] = set()
    for topic, number in share.items():
        keys = (str(question.key) for question in quiz.questions if question.topic == topic)
        chosen.update(drawn(keys, seed, about=f"topic:{topic}")[:number])
    return [question for question in quiz.questions if str(question.key) in chosen]
