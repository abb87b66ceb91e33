"""What each kind of question counts as right, and what it shows before anybody may know."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from assessment.kinds import question_kinds
from assessment.kinds.base import Posted, drawn
from assessment.kinds.categorise import groups_of
from assessment.kinds.gaps import pieces_of
from tests.assessment.make import DATA, RIGHT


def _score(kind: str, **fields: Any) -> Fraction:
    owner = question_kinds[kind]
    posted = Posted(
        {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
    )
    return owner.score(DATA[kind], owner.parse(DATA[kind], posted))


@pytest.mark.parametrize("kind", list(DATA))
def test_the_right_answer_earns_all_and_nothing_earns_nothing(kind: str) -> None:
    assert _score(kind, **RIGHT[kind]) == 1
    assert _score(kind) == 0
    assert question_kinds[kind].validate(DATA[kind]) == []


@pytest.mark.parametrize(
    ("chosen", "share"),
    [
        (["k1"], Fraction(1, 2)),
        (["k1", "k3"], Fraction(0)),
        (["k1", "k2", "k3"], Fraction(1, 2)),
        (["k1", "k2", "k3", "k4"], Fraction(0)),
        (["k3"], Fraction(0)),
        (["k1", "unknown"], Fraction(1, 2)),
    ],
)
def test_a_wrong_tick_takes_away_what_a_right_one_gave(chosen: list[str], share: Fraction) -> None:
    assert _score("multiple", choice=chosen) == share


def test_each_right_pair_earns_its_share() -> None:
    assert _score("matching", pair_l1="r1", pair_l2="r3") == Fraction(1, 2)


@pytest.mark.parametrize("text", ["tokmotkey", " TOKMOTKEY ", "Tọkmotkèy"])
def test_capitals_tones_and_blanks_make_no_difference(text: str) -> None:
    assert _score("short_text", text=text) == 1


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("731946", True),
        ("731.946", True),
        ("731946,5", True),
        ("731946.5", True),
        ("731.946,4", True),
        ("731 946", True),
        ("731946,6", False),
        ("-731946", False),
        ("nhiều", False),
        ("NaN", False),
        ("Infinity", False),
        ("1e999999", False),
        ("9.9999999999999999999999999999999e999999", False),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, *, is_right: bool) -> None:
    assert _score("numeric", text=text) == is_right


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("single", {"correct": ["d4e5f6"]}),
        ("multiple", {"correct": ["k3", "k4"]}),
        ("true_false", {"correct": False}),
        ("short_text", {"accepted": ["x"]}),
        ("numeric", {"value": "1", "tolerance": "9"}),
        ("ordering", {"items": DATA["ordering"]["items"][::-1]}),
        (
            "cloze",
            {
                "pieces": [
                    row | {"accepted": ["x"], "value": "1", "correct": "c1"}
                    for row in DATA["cloze"]["pieces"]
                ]
            },
        ),
        ("categorise", {"items": [r | {"group": "x2"} for r in DATA["categorise"]["items"]]}),
    ],
)
def test_what_is_shown_is_the_same_whatever_the_key(kind: str, other: dict[str, Any]) -> None:
    owner = question_kinds[kind]
    order = drawn(owner.option_keys(DATA[kind]), 7)
    assert owner.public(DATA[kind], order) == owner.public(DATA[kind] | other, order)


def test_a_matching_shows_no_sign_of_its_pairs() -> None:
    owner = question_kinds["matching"]
    data = DATA["matching"]
    swapped = json.loads(json.dumps(data))
    first, second = swapped["pairs"]
    for name in ("right_key", "right"):
        first[name], second[name] = second[name], first[name]
    order = drawn(owner.option_keys(data), 7)
    assert owner.public(data, order) == owner.public(swapped, order)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("single", {"options": [{"key": "a", "text": "A"}], "correct": ["a"]}),
        ("single", DATA["single"] | {"correct": []}),
        ("single", DATA["single"] | {"correct": ["a1b2c3", "d4e5f6"]}),
        ("multiple", DATA["multiple"] | {"correct": ["k9"]}),
        ("true_false", {}),
        ("short_text", {"accepted": [" "]}),
        ("numeric", {"value": "ba", "tolerance": "0"}),
        ("numeric", {"value": "3", "tolerance": "-1"}),
        ("matching", {"pairs": DATA["matching"]["pairs"][:1], "distractors": []}),
        ("multiple", DATA["multiple"] | {"scheme": "parts"}),
        ("ordering", {"items": DATA["ordering"]["items"][:1]}),
        ("ordering", {"items": [DATA["ordering"]["items"][0]] * 2}),
        ("cloze", {"pieces": [{"text": "không có"}]}),
        ("cloze", {"pieces": pieces_of("[[?một]]")}),
        ("cloze", {"pieces": pieces_of("[[?một|Một]]")}),
        ("cloze", {"pieces": pieces_of("[[ | ]]")}),
        ("cloze", {"pieces": pieces_of("[[#ba]]")}),
        ("categorise", groups_of([("Quả", ["cam", "xoài"])])),
        ("categorise", groups_of([("Quả", ["cam"]), ("Rau", ["Cam"])])),
        ("categorise", groups_of([("Quả", ["cam"]), ("", ["cải"])])),
    ],
)
def test_a_question_that_cannot_be_marked_is_refused(kind: str, data: dict[str, Any]) -> None:
    assert question_kinds[kind].validate(data)


def test_the_order_belongs_to_the_seed() -> None:
    keys = [str(n) for n in range(20)]
    assert drawn(keys, 1) == drawn(reversed(keys), 1)
    assert drawn(keys, 1) != drawn(keys, 2)
