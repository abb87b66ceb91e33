"""Vietnamese first; English for those who choose it."""

from django.test import Client

from tests.people import Cast, signed_in_as

STATEMENT = "/kha-nang-tiep-can/"


def test_an_english_browser_is_answered_in_vietnamese(client: Client, db: None) -> None:
    page = client.get(STATEMENT, headers={"accept-language": "en-US,en"})
    assert page.headers["Content-Language"] == "vi"
    assert '<html lang="vi"' in page.content.decode()


def test_a_visitor_who_chooses_english_keeps_it(client: Client, db: None) -> None:
    client.post("/ngon-ngu/", {"language": "en", "next": STATEMENT})
    assert '<html lang="en"' in client.get(STATEMENT).content.decode()


def test_a_person_finds_their_language_on_another_computer(cast: Cast) -> None:
    signed_in_as(cast.learner).post("/ngon-ngu/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in signed_in_as(cast.learner).get("/ho-so/").content.decode()
