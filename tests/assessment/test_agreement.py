"""How works are shared out and how far two markers agree, whatever the numbers."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from assessment.agreement import agreement, kappa, mean_of
from assessment.allocating import ToGive, shared_out

POINTS = st.integers(0, 20).map(lambda halves: Decimal(halves) / 2)
PAIRS = st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=40)


def discrete_kappa(pairs: list[tuple[Decimal, Decimal]]) -> float | None:
    """Cohen's kappa as it is defined: observed and expected quadratic disagreement of cells."""
    n, cells = len(pairs), sorted({point for pair in pairs for point in pair})
    rows, columns = Counter(a for a, _b in pairs), Counter(b for _a, b in pairs)
    seen = sum(float(a - b) ** 2 for a, b in pairs) / n
    chance = (float(a - b) ** 2 * rows[a] * columns[b] for a, b in product(cells, repeat=2))
    expected = sum(chance) / n**2
    return 1 - seen / expected if expected else None


@given(PAIRS)
def test_kappa_is_cohens_with_quadratic_weights(pairs: list[tuple[Decimal, Decimal]]) -> None:
    expected, got = discrete_kappa(pairs), kappa(pairs)
    if expected is None:
        assert got is None
    else:
        assert got is not None
        assert abs(got - expected) < 1e-9


@given(PAIRS, POINTS)
def test_the_order_of_the_markers_turns_the_lean_alone(
    pairs: list[tuple[Decimal, Decimal]], tolerance: Decimal
) -> None:
    one = agreement(pairs, tolerance)
    other = agreement([(b, a) for a, b in pairs], tolerance)
    assert one is not None
    assert other is not None
    assert (one.within, one.gap) == (other.within, other.gap)
    assert abs(one.lean + other.lean) < 1e-9
    assert 0 <= one.share <= 100


@given(POINTS, POINTS)
def test_the_mean_of_two_marks_lies_between_them(first: Decimal, second: Decimal) -> None:
    mean = mean_of([first, second])
    assert min(first, second) <= mean <= max(first, second)
    assert mean == mean_of([second, first])


@given(st.integers(0, 60), st.integers(2, 7), st.sampled_from([1, 2]))
def test_markers_get_as_many_works_as_the_others_and_nobody_one_twice(
    works: int, markers: int, each: int
) -> None:
    load: Counter[int] = Counter()
    rows = [ToGive(work, learner=-1) for work in range(works)]
    pairs = list(shared_out(rows, range(markers), each=each, load=load))
    assert len(set(pairs)) == len(pairs) == works * each
    loads = [load[marker] for marker in range(markers)]
    assert max(loads) - min(loads) <= 1


@given(st.lists(st.integers(0, 4), max_size=30), st.sampled_from([1, 2]))
def test_nobody_is_given_their_own_work_and_what_is_held_stays(
    learners: list[int], each: int
) -> None:
    rows = [
        ToGive(work, learner, held_by=(5,) if work % 3 == 0 else ())
        for work, learner in enumerate(learners)
    ]
    given_to: dict[int, list[int]] = {row.work: list(row.held_by) for row in rows}
    for work, marker in shared_out(rows, range(6), each=each, load=Counter()):
        given_to[work].append(marker)
    for row in rows:
        assert row.learner not in given_to[row.work]
        assert len(set(given_to[row.work])) == len(given_to[row.work]) == each


def test_pairs_change_so_that_markers_meet_many_others() -> None:
    rows = [ToGive(work, learner=-1) for work in range(12)]
    pairs: dict[int, set[int]] = {}
    for work, marker in shared_out(rows, range(4), each=2, load=Counter()):
        pairs.setdefault(work, set()).add(marker)
    assert len({frozenset(pair) for pair in pairs.values()}) >= 4
