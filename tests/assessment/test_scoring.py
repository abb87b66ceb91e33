"""What holds of the marks of every kind of question, whatever is asked and answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.kinds import Data, Kind, Response, question_kinds
from assessment.kinds.base import ALL, Posted, drawn, key_of
from assessment.kinds.categorise import groups_of
from assessment.kinds.gaps import pieces_of, written
from assessment.kinds.ordering import steps_of

KINDS = sorted(kind.code for kind in question_kinds)
lots = settings(deadline=None, max_examples=40, database=None, derandomize=True)

words = st.text("abcdeghikmnoprstuvxyzăâđêôơư", min_size=1, max_size=12)
numbers = st.decimals(-1_000_000, 1_000_000, places=2).map(str)
distinct = st.lists(words, min_size=2, max_size=8, unique_by=lambda text: text.casefold())


@st.composite
def choices(draw: st.DrawFn, most: int) -> Data:
    texts = draw(distinct)
    rows = [{"key": key_of(text), "text": text} for text in texts]
    keys = [row["key"] for row in rows]
    right = draw(st.sets(st.sampled_from(keys), min_size=1, max_size=most))
    return {"options": rows, "correct": [key for key in keys if key in right]}


@st.composite
def matchings(draw: st.DrawFn) -> Data:
    lefts, rights = draw(distinct), draw(distinct)
    pairs = [
        {"key": key_of(f"<{a}"), "left": a, "right_key": key_of(b), "right": b}
        for a, b in zip(lefts, rights, strict=False)
    ]
    others = [{"key": key_of(text), "text": text} for text in rights[len(pairs) :]]
    return {"pairs": pairs, "distractors": others}


@st.composite
def clozes(draw: st.DrawFn) -> Data:
    gap = st.one_of(
        st.lists(words, min_size=1, max_size=3).map("|".join),
        numbers.map(lambda text: "#" + text.replace(".", ",") + " ± 0,5"),
        distinct.map(lambda texts: "?" + "|".join(texts)),
    )
    gaps = draw(st.lists(gap, min_size=1, max_size=6))
    return {"pieces": pieces_of(" và ".join(f"[[{inside}]]" for inside in gaps))}


@st.composite
def groupings(draw: st.DrawFn) -> Data:
    names, texts = draw(distinct)[:4], draw(distinct)
    rows: dict[str, list[str]] = {name: [] for name in names}
    for text in texts:
        rows[draw(st.sampled_from(names))].append(text)
    return groups_of(list(rows.items()))


QUESTIONS: dict[str, st.SearchStrategy[Data]] = {
    "single": choices(1),
    "multiple": choices(8),
    "true_false": st.booleans().map(lambda truth: {"correct": truth}),
    "short_text": st.lists(words, min_size=1).map(lambda texts: {"accepted": texts}),
    "numeric": numbers.map(lambda text: {"value": text, "tolerance": "0.5"}),
    "matching": matchings(),
    "ordering": distinct.map(steps_of),
    "cloze": clozes(),
    "categorise": groupings(),
}
# The parts of a right answer, for the kinds whose answers have parts.
PARTED = ("matching", "ordering", "cloze", "categorise")
INSIDE = {"matching": "pairs", "ordering": "places", "cloze": "gaps", "categorise": "groups"}

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60)
keys = st.sampled_from(["choices", "text", "is_true", *INSIDE.values(), "x"])
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def question(data: st.DataObject, code: str) -> tuple[Kind, Data]:
    """Return a kind with a question that it finds no fault with, under one of its schemes."""
    owner = question_kinds[code]
    made = data.draw(QUESTIONS[code]) | {"scheme": data.draw(st.sampled_from(owner.schemes))}
    assert owner.validate(made) == []
    return owner, made


def right_answer(code: str, made: Data) -> Response:
    """Return what the question holds to be right, as an answer."""
    if code in ("single", "multiple"):
        return {"choices": made["correct"]}
    if code in ("short_text", "numeric"):
        return {"text": made["value"] if code == "numeric" else made["accepted"][0]}
    if code == "true_false":
        return {"is_true": made["correct"]}
    return {INSIDE[code]: dict(right_parts(code, made))}


def right_parts(code: str, made: Data) -> list[tuple[str, Any]]:
    if code == "matching":
        return [(pair["key"], pair["right_key"]) for pair in made["pairs"]]
    if code == "ordering":
        return [(row["key"], n) for n, row in enumerate(made["items"], start=1)]
    if code == "categorise":
        return [(row["key"], row["group"]) for row in made["items"]]
    return [(row["gap"], _filling(row)) for row in made["pieces"] if "gap" in row]


def _filling(gap: Data) -> str:
    if gap["type"] == "choice":
        return str(gap["correct"])
    return str(gap["value"] if gap["type"] == "number" else gap["accepted"][-1])


@pytest.mark.parametrize("code", KINDS)
@lots
@given(data=st.data())
def test_the_key_itself_earns_all_and_nothing_said_earns_nothing(
    code: str, data: st.DataObject
) -> None:
    owner, made = question(data, code)
    answer = right_answer(code, made)
    assert owner.score(made, answer) == 1
    assert owner.score(made, {}) == 0
    # Stored, read back and marked again it earns the same.
    assert owner.score(json.loads(json.dumps(made)), json.loads(json.dumps(answer))) == 1
    assert owner.told(made, answer)


@pytest.mark.parametrize("code", KINDS)
@lots
@given(data=st.data())
def test_no_answer_breaks_marking_or_leaves_its_bounds(code: str, data: st.DataObject) -> None:
    owner, made = question(data, code)
    known = right_answer(code, made)
    name = next(iter(known))
    inside = known[name]
    spoilt = (
        st.dictionaries(st.sampled_from(sorted(inside)), anything)
        if isinstance(inside, dict)
        else st.lists(leaves | st.sampled_from(owner.option_keys(made) or ["x"]))
    )
    hostile = anything | st.dictionaries(keys, anything) | spoilt.map(lambda said: {name: said})
    answer: Any = data.draw(hostile)
    first = owner.score(made, answer)
    assert 0 <= first <= 1
    assert owner.score(made, answer) == first
    if made["scheme"] == ALL:
        assert first in (0, 1)
    assert all(isinstance(text, str) for text in owner.told(made, answer))


@pytest.mark.parametrize("code", PARTED)
@lots
@given(data=st.data())
def test_a_further_right_part_never_lowers_the_mark(code: str, data: st.DataObject) -> None:
    owner, made = question(data, code)
    parts = data.draw(st.permutations(right_parts(code, made)))
    shares = [
        owner.score(made, {INSIDE[code]: dict(parts[:count])}) for count in range(len(parts) + 1)
    ]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    if len(parts) > 1:
        assert shares[1] < 1


@lots
@given(data=st.data())
def test_ticks_count_whatever_their_order_and_a_wrong_one_never_helps(data: st.DataObject) -> None:
    owner, made = question(data, "multiple")
    offered = owner.option_keys(made)
    ticked = data.draw(st.lists(st.sampled_from(offered), unique=True))
    share = owner.score(made, {"choices": ticked})
    assert owner.score(made, {"choices": data.draw(st.permutations(ticked))}) == share
    for key in set(offered) - set(ticked):
        further = owner.score(made, {"choices": [*ticked, key]})
        assert further >= share if key in made["correct"] else further <= share


@pytest.mark.parametrize("code", PARTED)
@lots
@given(data=st.data())
def test_the_order_in_which_a_question_is_stored_changes_no_mark(
    code: str, data: st.DataObject
) -> None:
    owner, made = question(data, code)
    parts = data.draw(st.permutations(right_parts(code, made)))[:2]
    share = owner.score(made, {INSIDE[code]: dict(parts)})
    assert owner.score(made, {INSIDE[code]: dict(reversed(parts))}) == share


def names_in(value: Any) -> Iterator[str]:
    """Yield the names of all fields at any depth; a text may be any word."""
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from names_in(inner)


@pytest.mark.parametrize("code", KINDS)
@lots
@given(data=st.data())
def test_what_is_posted_is_read_as_it_was_meant(code: str, data: st.DataObject) -> None:
    owner, made = question(data, code)
    fields = data.draw(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=5))))
    fields |= _fields(code, made)
    answer = owner.parse(made, Posted(fields))
    assert owner.score(made, answer) == 1
    order = drawn(owner.option_keys(made), data.draw(st.integers(0, 99)))
    shown = json.loads(json.dumps(owner.public(made, order)))
    assert not {"correct", "accepted", "value", "group"} & set(names_in(shown))


def _fields(code: str, made: Data) -> dict[str, list[str]]:
    prefix = {"matching": "pair", "ordering": "place", "cloze": "gap", "categorise": "group"}
    if code in prefix:
        return {f"{prefix[code]}_{key}": [str(x)] for key, x in right_parts(code, made)}
    answer = right_answer(code, made)
    if code == "true_false":
        return {"choice": ["true" if answer["is_true"] else "false"]}
    return {"choice": answer["choices"]} if "choices" in answer else {"text": [answer["text"]]}


@pytest.mark.parametrize("code", ["ordering", "categorise", "cloze", "matching"])
@lots
@given(data=st.data())
def test_no_order_shown_comes_from_the_order_stored(code: str, data: st.DataObject) -> None:
    owner, made = question(data, code)
    turned = json.loads(json.dumps(made))
    for name in ("items", "pairs"):
        turned[name] = turned.get(name, [])[::-1]
    for piece in turned.get("pieces", []):
        piece.get("options", []).reverse()
    for order in (drawn(owner.option_keys(made), 3), owner.option_keys(made)):
        if code != "matching" or order != owner.option_keys(made):
            assert owner.public(made, order) == owner.public(turned, order)


@lots
@given(clozes())
def test_a_text_with_gaps_is_read_as_it_is_written(made: Data) -> None:
    assert pieces_of(written(made["pieces"])) == made["pieces"]


def test_moving_one_step_costs_its_neighbours_only_and_a_number_twice_counts_for_nothing() -> None:
    owner, made = question_kinds["ordering"], steps_of(["a", "b", "c", "d"])
    place = {row["text"]: row["key"] for row in made["items"]}

    def share(**said: int) -> Fraction:
        return owner.score(made, {"places": {place[step]: n for step, n in said.items()}})

    assert share(b=1, c=2, d=3, a=4) == Fraction(2, 3)
    assert share(a=1, b=2, c=1, d=2) == 0
    assert share(a=1, b=2, c=2, d=3) == 0
    assert share(d=1, c=2, b=3, a=4) == 0
    assert owner.score(made | {"scheme": ALL}, {"places": {place["a"]: 1, place["b"]: 2}}) == 0
