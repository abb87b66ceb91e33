from collections.abc import Sequence

import pytest
from django.test import RequestFactory

from lms.pages import Page, keyset_page
from reference.models import LegalBasis

pytestmark = pytest.mark.django_db

OURS = "row of this test"  # beside the documents the product comes with


def _bases(count: int) -> None:
    LegalBasis.objects.bulk_create(
        LegalBasis(
            symbol=f"{number}/QĐ",
            title=f"Title {number // 4}",
            issuer=f"Issuer {number % 2}",
            note=OURS,
        )
        for number in range(count)
    )


def _page(token: str | None = None, order: Sequence[str] = ("title", "pk")) -> Page[LegalBasis]:
    request = RequestFactory().get("/", {"page": token} if token else {})
    return keyset_page(LegalBasis.objects.filter(note=OURS), request, order=order, size=3)


def _walk(order: Sequence[str]) -> list[Page[LegalBasis]]:
    pages = [_page(order=order)]
    while pages[-1].next_token:
        pages.append(_page(pages[-1].next_token, order))
        assert len(pages) < 10, "the pages go round in a circle"
    return pages


@pytest.mark.parametrize(
    "order",
    [("title", "pk"), ("-title", "pk"), ("-title", "-pk"), ("pk",), ("issuer", "-title", "pk")],
)
def test_every_row_is_shown_once_though_the_sort_column_repeats(order: tuple[str, ...]) -> None:
    _bases(11)
    seen = [row.pk for page in _walk(order) for row in page.rows]
    assert seen == list(
        LegalBasis.objects.filter(note=OURS).order_by(*order).values_list("pk", flat=True)
    )


@pytest.mark.parametrize("order", [("title", "pk"), ("-title", "pk")])
def test_the_way_back_shows_the_same_pages(order: tuple[str, ...]) -> None:
    _bases(11)
    pages = _walk(order)
    back = [pages[-1]]
    while back[-1].previous_token:
        back.append(_page(back[-1].previous_token, order))
    assert [page.rows for page in reversed(back)] == [page.rows for page in pages]


def test_a_row_added_before_the_place_moves_nothing() -> None:
    _bases(8)
    first = _page()
    LegalBasis.objects.create(symbol="new", title="Title", note=OURS)
    following = _page(first.next_token)
    assert [row.symbol for row in following.rows] == ["3/QĐ", "4/QĐ", "5/QĐ"]


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "WyJhZnRlciIsMV0:1:2"])
def test_a_token_that_is_not_ours_gives_the_first_page(token: str) -> None:
    _bases(5)
    assert _page(token).rows == _page().rows


def test_a_token_of_another_list_gives_the_first_page() -> None:
    _bases(5)
    assert _page(_page(order=("pk",)).next_token).rows == _page().rows


def test_rows_are_never_counted(django_assert_num_queries: "object") -> None:
    _bases(5)
    with django_assert_num_queries(1) as queries:  # type: ignore[operator]
        _page()
    assert "COUNT" not in queries[0]["sql"]


def test_an_order_without_the_primary_key_is_refused() -> None:
    with pytest.raises(ValueError, match="primary key"):
        _page(order=("title",))
