"""Which questions of a pool an attempt asks: topics in fair shares, drawn by its frozen seed.

The shares are those of the largest remainder (Hamilton): the same for everybody, so that nobody
has an easier mix; only which questions of a topic are asked differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from assessment.frozen import FrozenQuestion, FrozenQuiz
from assessment.kinds.base import drawn


def shares(sizes: Mapping[str, int], asked: int) -> dict[str, int]:
    """Return how many questions of each topic are asked; at most as many as it has.

    `sizes` are the questions of each topic, `asked` at most their sum. Of equal remainders the
    topic that comes first has the question.
    """
    whole = sum(sizes.values())
    taken = {topic: asked * size // whole for topic, size in sizes.items()}
    left = asked - sum(taken.values())
    by_remainder = sorted(sizes, key=lambda topic: -(asked * sizes[topic] % whole))
    for topic in by_remainder[:left]:
        taken[topic] += 1
    return taken


def draw(quiz: FrozenQuiz, seed: int) -> Sequence[FrozenQuestion]:
    """Return the questions that an attempt of this seed asks, in the order of the quiz."""
    if not quiz.is_drawn:
        return quiz.questions
    share = shares(Counter(question.topic for question in quiz.questions), quiz.count)
    chosen: set[str] = set()
    for topic, number in share.items():
        keys = (str(question.key) for question in quiz.questions if question.topic == topic)
        chosen.update(drawn(keys, seed, about=f"topic:{topic}")[:number])
    return [question for question in quiz.questions if str(question.key) in chosen]
