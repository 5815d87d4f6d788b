import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signalread.classification.model_folder import check_folder
from signalread.codebook import Codebook
from tests.review_site import (
    PASSWORD,
    SENTENCES,
    add_people,
    close_connections,
    fresh_site,
    make_run,
)
from tests.tiny_model import make_tiny_model

DOCS = Path(__file__).parents[1] / "docs" / "review.md"
ROLES = ("nobody", "reader", "reviewer", "admin")


def table() -> list[tuple[str, str, dict[str, int]]]:
    """Return the lines of the table in the docs: address, method, status by role."""
    text = DOCS.read_text("utf-8").split("<!-- roles -->")[1].split("<!-- end of roles -->")[0]
    rows = re.findall(
        r"^\| `(\S+)` \| (GET|POST) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.M
    )
    return [
        (address, method, dict(zip(ROLES, map(int, statuses), strict=True)))
        for address, method, *statuses in rows
    ]


@pytest.fixture
def run(tmp_path: Path, codebook: Codebook) -> Iterator[Any]:
    fresh_site(tmp_path / "site")
    from signalread.review.registration import register_run

    yield register_run(make_run(tmp_path / "run", codebook), actor="test")
    close_connections()


@pytest.fixture
def people(run: Any) -> dict[str, Any]:
    return add_people()


def client_of(person: Any | None = None, **options: Any) -> Any:
    from django.test import Client

    client = Client(**options)
    if person is not None:
        client.force_login(person)
    return client


def segment_of(run: Any, index: int = 0) -> Any:
    from signalread.review.models import Segment

    return Segment.objects.filter(run=run).order_by("id")[index]


def answer(client: Any, segment: Any, *labels: str, **given: Any) -> Any:
    form = {"key": str(uuid.uuid4()), "seen": str(segment.version), "label": labels, "why": ""}
    return client.post(f"/segments/{segment.id}/answer/", form | given)


def test_the_table_of_roles_names_every_address(run: Any) -> None:
    from signalread.review.urls import urlpatterns

    def bare(address: str) -> str:
        return re.sub(r"<[^>]*>", "<>", address)

    known = {bare(f"/{pattern.pattern}") for pattern in urlpatterns}
    assert {bare(address) for address, _method, _statuses in table()} == known


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_every_role_as_the_docs_say(
    run: Any, people: dict[str, Any], role: str
) -> None:
    for address, method, expected in table():
        client = client_of(people.get(role))
        url = (
            address.replace("<run>", str(run.id))
            .replace("<segment>", str(segment_of(run).id))
            .replace("<unit>", "u1")
            .replace("<theme>", "autonomy")
            .replace("<secret>", "guess")
        )
        form = {"key": str(uuid.uuid4()), "seen": "0", "kind": "threat", "recipient": "Eva"}
        form |= {"format": "csv", "which": "settled", "count": "1", "name": "x", "what": "close"}
        response = client.post(url, form) if method == "POST" else client.get(url)
        assert response.status_code == expected[role], (method, url)


def test_a_form_is_not_taken_by_a_get(run: Any, people: dict[str, Any]) -> None:
    for address, method, _expected in table():
        others = [m for a, m, _ in table() if a == address]
        if method == "POST" and "GET" not in others:
            url = address.replace("<run>", str(run.id)).replace("<segment>", "1")
            for person in people.values():
                assert client_of(person).get(url).status_code in (403, 405), url


@pytest.mark.parametrize("role", ["reader", "admin"])
def test_no_page_of_a_reader_or_an_admin_holds_what_anybody_wrote(
    run: Any, people: dict[str, Any], role: str
) -> None:
    client = client_of(people[role])
    for address, method, expected in table():
        if method == "GET" and expected[role] == 200:
            url = address.replace("<run>", str(run.id)).replace("<unit>", "u1")
            page = client.get(url.replace("<theme>", "autonomy")).content.decode()
            for sentence, _labels in SENTENCES:
                assert sentence not in page, url


def test_a_withheld_cell_says_why_and_has_no_number(run: Any, people: dict[str, Any]) -> None:
    page = client_of(people["reader"]).get(f"/runs/{run.id}/").content.decode()
    row = re.search(r"<bdi>Syd</bdi>.*?</tr>", page, re.S)
    assert row is not None
    assert "färre än 5 svarande" in row[0]
    assert "37" not in row[0]
    assert "+37" in page


def test_nobody_gets_in_by_guessing(run: Any, people: dict[str, Any]) -> None:
    client = client_of()
    guess = {"name": "reviewer", "password": "fel lösenord nu"}
    statuses = [client.post("/login/", guess).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    right = {"name": "Reviewer", "password": PASSWORD}
    assert client.post("/login/", right).status_code == 429
    other = {"name": "reader", "password": PASSWORD}
    assert client.post("/login/", other).status_code == 302


def test_many_names_from_one_address_are_stopped_too(run: Any, people: dict[str, Any]) -> None:
    client = client_of()
    for i in range(30):
        client.post("/login/", {"name": f"name{i}", "password": "x"})
    right = {"name": "reader", "password": PASSWORD}
    assert client.post("/login/", right).status_code == 429


def test_after_logging_in_one_is_sent_nowhere_else(run: Any, people: dict[str, Any]) -> None:
    form = {"name": "reader", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client_of().post("/login/", form).headers["Location"] == "/"
    form["next"] = f"/runs/{run.id}/"
    assert client_of().post("/login/", form).headers["Location"] == f"/runs/{run.id}/"


def test_a_link_lets_one_person_in_once(run: Any, people: dict[str, Any]) -> None:
    from signalread.review.access import make_link

    secret = make_link(people["reviewer"])
    client = client_of()
    assert client.get(f"/link/{secret}/").status_code == 302
    assert client.get(f"/runs/{run.id}/queue/").status_code == 200
    assert client_of().get(f"/link/{secret}/").status_code == 403


def test_a_link_is_soon_too_old(run: Any, people: dict[str, Any]) -> None:
    from signalread.review.access import make_link
    from signalread.review.models import OneTimeLink

    secret = make_link(people["reviewer"])
    link = OneTimeLink.objects.get()
    assert secret not in (link.secret_hash, str(link.pk))
    OneTimeLink.objects.update(expires=link.expires - timedelta(minutes=10, seconds=1))
    assert client_of().get(f"/link/{secret}/").status_code == 403


def test_a_session_ends_when_nobody_uses_it(run: Any, people: dict[str, Any]) -> None:
    client = client_of(people["reviewer"])
    assert client.get("/").status_code == 200
    session = client.session
    session["seen"] -= 9 * 3600
    session.save()
    assert client.get("/").status_code == 302


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(
    run: Any, people: dict[str, Any]
) -> None:
    mine, elsewhere = client_of(people["reader"]), client_of(people["reader"])
    wrong = {"old": "fel", "new": "ett annat lösenord"}
    assert mine.post("/password/", wrong).status_code == 403
    assert mine.post("/password/", {"old": PASSWORD, "new": "kort"}).status_code == 403
    right = {"old": PASSWORD, "new": "ett annat lösenord"}
    assert mine.post("/password/", right).status_code == 302
    assert mine.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_a_closed_account_is_out_at_once(run: Any, people: dict[str, Any]) -> None:
    reader, admin = client_of(people["reader"]), client_of(people["admin"])
    assert reader.get("/").status_code == 200
    admin.post("/admin/accounts/", {"what": "close", "name": "reader"})
    assert reader.get("/").status_code == 302


def test_an_admin_cannot_change_their_own_account(run: Any, people: dict[str, Any]) -> None:
    from signalread.review.models import Account

    form = {"what": "role", "name": "admin", "role": "reviewer"}
    client_of(people["admin"]).post("/admin/accounts/", form)
    assert Account.objects.get(name="admin").role == "admin"


def test_a_form_from_elsewhere_is_refused(run: Any, people: dict[str, Any]) -> None:
    client = client_of(people["reviewer"], enforce_csrf_checks=True)
    assert client.post(f"/runs/{run.id}/queue/fill/").status_code == 403


def test_every_answer_keeps_the_browser_from_loading_anything_else(
    run: Any, people: dict[str, Any]
) -> None:
    client = client_of(people["reviewer"])
    for url in ("/", "/login/", f"/segments/{segment_of(run).id}/", "/nothing/", "/link/x/"):
        response = client.get(url)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        page = response.content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=\"/static/)", page)
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)


def test_another_host_is_refused(run: Any) -> None:
    assert client_of().get("/login/", headers={"host": "elsewhere.example"}).status_code == 400


def test_a_served_site_sends_everybody_to_https_with_secure_cookies(
    tmp_path: Path, run: Any
) -> None:
    fresh_site(tmp_path / "served", served=True)
    add_people()
    assert client_of().get("/login/").status_code == 301
    client = client_of()
    client.post("/login/", {"name": "reader", "password": PASSWORD}, secure=True)
    page = client.get("/", secure=True)
    assert page.status_code == 200
    assert "max-age=" in page.headers["Strict-Transport-Security"]
    for cookie in client.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]


def test_swedish_comes_first_and_english_can_be_chosen(run: Any, people: dict[str, Any]) -> None:
    client = client_of(people["reader"])

    def language(**headers: str) -> str:
        page = client.get("/", headers=headers).content.decode()
        return re.search(r'<html lang="(\w+)"', page)[1]  # type: ignore[index]

    assert language() == "sv"
    assert language(accept_language="de,fr;q=0.5") == "sv"
    assert language(accept_language="en-GB,sv;q=0.5") == "en"
    client.post("/language/", {"language": "en", "next": "/"})
    assert language(accept_language="sv") == "en"
    assert "The numbers are how many per cent" in client.get(f"/runs/{run.id}/").content.decode()


def test_every_text_has_its_english(tmp_path: Path) -> None:
    import gettext

    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import read_po

    import signalread.review

    package = Path(signalread.review.__file__).parent
    folder = package / "locale" / "en" / "LC_MESSAGES"
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    options = {"**.html": {"newstyle_gettext": "true", "encoding": "utf-8"}}
    found = {m[2] for m in extract_from_dir(package, methods, options)}
    with (folder / "django.po").open("rb") as file:
        written = {m.id: m.string for m in read_po(file) if m.id}
    assert set(written) == found
    assert all(written.values())
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for id_, string in written.items():
        if isinstance(id_, str):
            assert compiled.gettext(id_) == string


def test_a_segment_shows_its_comment_its_reading_and_what_labels_mean(
    run: Any, people: dict[str, Any]
) -> None:
    segment = segment_of(run)
    page = client_of(people["reviewer"]).get(f"/segments/{segment.id}/").content.decode()
    assert "Hur är det att arbeta här?" in page
    assert "<mark>Vi bestämmer själva hur vi lägger upp dagen.</mark>" in page
    assert re.search(r'value="trust" checked data-key="[12]"', page)
    assert "säkert" in page
    assert "Min chef litar på att jag löser mina ärenden på mitt sätt." in page


def test_what_a_reading_rests_on_is_marked_by_the_model_that_read_it(
    run: Any, people: dict[str, Any], tmp_path: Path, codebook: Codebook
) -> None:
    """Another model is in use by now; the one that read the run lies beside it."""
    from signalread.review.registration import register_run

    read_by = make_tiny_model(tmp_path / "models" / "earlier", seed=1)
    in_use = make_tiny_model(tmp_path / "models" / "later", seed=2)
    fresh_site(tmp_path / "site-with-model", model=in_use)
    reviewer = add_people(["reviewer"])["reviewer"]
    for name, digest, marked in (
        ("known", check_folder(read_by).digest, True),
        ("unknown", "e" * 64, False),
    ):
        folder = make_run(tmp_path / name, codebook, model=digest)
        register_run(folder, actor="test")
        segment = segment_of(find_run(folder))
        page = client_of(reviewer).get(f"/segments/{segment.id}/").content.decode()
        assert ('class="evidence"' in page) is marked
        assert ("Vad läsningen vilar på kan inte visas" in page) is not marked


def find_run(folder: Path) -> Any:
    from signalread.review.registration import find_run

    return find_run(folder)


def test_a_run_outlives_the_model_whose_codebook_read_it(
    run: Any, people: dict[str, Any], tmp_path: Path, codebook: Codebook
) -> None:
    from signalread.review.registration import codebook_of, register_run
    from signalread.review.site import Site, open_site

    own = tmp_path / "own.yaml"
    own.write_text(codebook.text, encoding="utf-8")
    open_site(Site(folder=tmp_path / "own-site", hosts=("testserver",), codebook=own))
    known = register_run(make_run(tmp_path / "own", codebook), actor="test")
    own.unlink()
    assert codebook_of(known).digest == codebook.digest


def test_the_queue_says_how_often_the_reading_errs_once_enough_was_answered_by_chance(
    run: Any, people: dict[str, Any]
) -> None:
    from signalread.review.judging import Answer, correct
    from signalread.review.models import Segment

    client = client_of(people["reviewer"])
    address = f"/runs/{run.id}/queue/"
    assert "Efter tjugo slumpvis utvalda" in client.get(address).content.decode()
    for segment in Segment.objects.filter(run=run):
        labels = ("care+", *(label for label in segment.current.split() if label != "control"))
        given = Answer(segment=segment.id, labels=labels, why="", key=uuid.uuid4(), seen=0)
        correct(people["reviewer"], given)
    page = client.get(address).content.decode()
    errors = re.findall(r'<th scope="row">([^<]+)</th><td class="num">([0-9]+)</td>', page)
    assert errors == [("Etik och omtanke +", "40"), ("Kontroll", "16")]
    assert "Inget fel än för 28 etiketter" in page
    assert "svar i kön" in page


def test_the_queue_opens_without_the_runs_codebook(
    run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review.judging import Answer, correct
    from signalread.review.models import Run, Segment

    Run.objects.filter(pk=run.pk).update(codebook_path=str(tmp_path / "gone.yaml"))
    client = client_of(people["reviewer"])
    address = f"/runs/{run.id}/queue/"
    assert client.get(address).status_code == 200
    for segment in Segment.objects.filter(run=run):
        labels = ("care+", *segment.current.split())
        given = Answer(segment=segment.id, labels=labels, why="", key=uuid.uuid4(), seen=0)
        correct(people["reviewer"], given)
    assert '<th scope="row">care+</th>' in client.get(address).content.decode()


def test_a_blind_rater_sees_neither_the_reading_nor_the_other(
    run: Any, people: dict[str, Any]
) -> None:
    from signalread.review import queueing

    anna, bo = add_people(["reviewer anna", "reviewer bo"]).values()
    queueing.assign_blind(run, [anna, bo], count=40, actor="test")
    segment = segment_of(run)
    answer(client_of(anna), segment, "control", why="ironi")
    client = client_of(bo)
    page = client.get(f"/segments/{segment.id}/").content.decode()
    assert " checked" not in page
    assert "ironi" not in page
    assert "säkert" not in page
    for label in ("trust", "control"):
        hits = client.get(f"/runs/{run.id}/search/", {"label": label}).content.decode()
        assert "0 segment" in hits
    answer(client, segment, "control")
    assert "ironi" in client.get(f"/segments/{segment.id}/").content.decode()


def test_searching_finds_words_in_any_case_and_keeps_to_the_filters(
    run: Any, people: dict[str, Any]
) -> None:
    client = client_of(people["reviewer"])

    def hits(**asked: str) -> int:
        page = client.get(f"/runs/{run.id}/search/", asked).content.decode()
        return int(re.search(r'role="status">(\d+) segment', page)[1])  # type: ignore[index]

    assert hits() == 40
    assert hits(words="HÖGT i Tak") == 8
    assert hits(words="%") == 0
    assert hits(label="control") == 16
    assert hits(label="control", team="Omsorg / Syd") == 0
    assert hits(team="Omsorg") == 40
    assert hits(team="Omsorg / Syd") == 4
    assert hits(state="none") == 8
    answer(client, segment_of(run), "control")
    assert hits(state="judged") == 1
    assert hits(label="control") == 17


def test_a_quotation_needs_every_check_the_writers_words_and_a_group_that_is_large_enough(
    run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review.judgements import standing_quotations
    from signalread.review.quoting import CHECKS

    client, segment = client_of(people["reviewer"]), segment_of(run)

    def approved(of: Any = segment, **form: Any) -> list[str]:
        given = {"text": "Vi bestämmer […] dagen.", "check": list(CHECKS)} | form
        client.post(f"/segments/{of.id}/quote/", given | {"key": str(uuid.uuid4())})
        return [quotation.text for quotation in standing_quotations(run)]

    assert approved(check=list(CHECKS)[:-1]) == []
    assert approved(text="Vi bestämmer allt om dagen.") == []
    assert approved(of=segment_of(run, 9), text="Kaffet är gott.") == []
    assert approved() == ["Vi bestämmer […] dagen."]
    client.post(f"/segments/{segment.id}/unquote/", {"key": str(uuid.uuid4())})
    assert list(standing_quotations(run)) == []


def test_an_escalation_is_logged_with_its_recipient_and_changes_no_label(
    run: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    from signalread.review.models import AuditEntry, Judgement

    client, segment = client_of(people["reviewer"]), segment_of(run)
    form = {"kind": "self_harm", "recipient": "Eva Ek, HR", "note": "ring i dag"}
    form["key"] = str(uuid.uuid4())
    for _ in range(2):
        client.post(f"/segments/{segment.id}/escalate/", form)
    entry = AuditEntry.objects.get(action="escalated")
    assert entry.details == {"kind": "self_harm", "recipient": "Eva Ek, HR"}
    assert Judgement.objects.count() == 0
    assert "Eva Ek, HR" in client.get(f"/runs/{run.id}/escalations/").content.decode()


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_an_export_holds_the_answers_and_is_logged(
    run: Any, people: dict[str, Any], format_: str, tmp_path: Path
) -> None:
    import hashlib

    from signalread.labelling.files import read_json, read_table
    from signalread.labelling.items import item_from_plain
    from signalread.labelling.own import parse_row
    from signalread.review.models import AuditEntry

    client = client_of(people["reviewer"])
    answer(client, segment_of(run), "control", why="ironi")
    answer(client, segment_of(run, 1))
    form = {"format": format_, "which": "settled"}
    content = client.post(f"/runs/{run.id}/export/", form).content
    path = tmp_path / f"out.{format_}"
    path.write_bytes(content)
    if format_ == "jsonl":
        items = [item_from_plain(record) for _, record in read_json(path)]
    else:
        items = [parse_row(row) for _, row in read_table(path)]
    assert [item.annotations[0].labels for item in items] == [("control",), ()]
    assert items[0].annotations[0].annotator == "reviewer"
    assert items[0].text == SENTENCES[0][0]
    details = AuditEntry.objects.get(action="exported").details
    assert details["sha256"] == hashlib.sha256(content).hexdigest()


def test_agreement_is_shown_once_two_people_have_answered(run: Any, people: dict[str, Any]) -> None:
    anna, bo = add_people(["reviewer anna", "reviewer bo"]).values()
    for index in range(6):
        for person in (anna, bo):
            answer(client_of(person), segment_of(run, index), "trust" if index % 2 else "control")
    page = client_of(anna).get(f"/runs/{run.id}/agreement/").content.decode()
    assert "1.00" in page
    assert "reviewer anna – reviewer bo" in page


def test_the_log_tells_what_was_seen_and_never_what_was_written_or_searched_for(
    run: Any, people: dict[str, Any]
) -> None:
    from signalread.review.models import AuditEntry

    client = client_of(people["reviewer"])
    client.get(f"/runs/{run.id}/search/", {"words": "hemligt", "label": "control"})
    client.get(f"/segments/{segment_of(run).id}/")
    answer(client, segment_of(run), "control", why="för att det är ironi")
    log = [(entry.action, str(entry.details)) for entry in AuditEntry.objects.order_by("number")]
    actions = [action for action, _ in log]
    assert {"searched", "saw", "corrected"} <= set(actions)
    for _, details in log:
        assert "hemligt" not in details
        assert "ironi" not in details
        assert "bestämmer" not in details


def test_what_is_not_understood_is_a_bad_request_and_changes_nothing(
    run: Any, people: dict[str, Any]
) -> None:
    from signalread.review.models import Correction

    client, segment = client_of(people["reviewer"]), segment_of(run)
    assert answer(client, segment, "no such label").status_code == 400
    assert answer(client, segment, "trust", key="1").status_code == 400
    assert answer(client, segment, "trust", seen="-1").status_code == 400
    assert Correction.objects.count() == 0


def test_markup_in_a_comment_or_a_team_stays_text(tmp_path: Path, codebook: Codebook) -> None:
    from signalread.review.models import Comment, Segment
    from signalread.review.registration import register_run

    fresh_site(tmp_path / "site")
    run = register_run(make_run(tmp_path / "run", codebook), actor="test")
    hostile = "<script>alert(1)</script>{{ 7*7 }}"
    Comment.objects.update(text=hostile, team=hostile, question=hostile)
    Segment.objects.update(start=0, end=len(hostile))
    client = client_of(add_people(["reviewer"])["reviewer"])
    for url in (f"/segments/{segment_of(run).id}/", f"/runs/{run.id}/search/"):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page
    close_connections()
