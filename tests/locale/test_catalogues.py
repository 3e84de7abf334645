"""The Thai and Korean catalogues are complete, and pages speak them."""

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import mofile
from babel.messages.catalog import Message
from django.conf import settings
from django.test import Client
from django.utils.translation import trans_real

from cdp.core import catalogues
from tests import factories

ROOT = Path(__file__).parents[2]
PUBLIC = [
    "/signup/",
    "/warranty/",
    "/preorder/",
    "/privacy/",
    "/terms/",
    "/unsubscribe/not-a-token",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/nowhere/",
]
STAFF = [
    *("/", "/customers/", "/customers/new/", "/segments/", "/segments/new/", "/campaigns/", "/campaigns/new/"),
    *("/consent/", "/imports/", "/imports/new/", "/accounts/password/change/", "/accounts/2fa/"),
]
LONG = 12  # shorter words may be names, or the same in two languages
UNSEEN = re.compile(r"<(script|style|textarea|pre|code)\b.*?</\1>|<meta\b[^>]*>|<!--.*?-->", re.DOTALL)


@pytest.fixture(params=catalogues.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def sentences() -> list[Message]:
    """Every sentence of the project, looked for once."""
    return list(catalogues.sources())


@pytest.fixture(scope="module")
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Catalogues as set-up compiles them, whatever lies about."""
    folder = tmp_path_factory.mktemp("locale")
    for code in catalogues.LANGUAGES:
        place = folder / code / "LC_MESSAGES"
        place.mkdir(parents=True)
        with catalogues.path_of(code).open("rb") as source, (place / "django.mo").open("wb") as target:
            mofile.write_mo(target, catalogues.read(source.read().decode("utf-8"), code))
    before = settings.LOCALE_PATHS
    settings.LOCALE_PATHS = [folder]
    trans_real._translations.clear()
    yield
    settings.LOCALE_PATHS = before
    trans_real._translations.clear()


def test_every_sentence_of_the_sources_is_translated_with_its_placeholders(
    language: str, sentences: list[Message]
) -> None:
    outcome = catalogues.merge(language, sentences)
    assert outcome.count > 900
    assert outcome.wrong == []


def test_the_catalogue_is_up_to_date_with_the_sources(language: str, sentences: list[Message]) -> None:
    assert catalogues.merge(language, sentences).is_current, "run manage.py messages"


def test_no_sentence_hides_behind_a_name_that_is_not_collected() -> None:
    taken = re.compile(r"from django\.utils\.translation import (?:[^(\n]*\b)?\w*gettext\w* as (\w+)")
    names = {
        name
        for room in catalogues.ROOMS
        for source in (ROOT / room).rglob("*.py")
        for name in taken.findall(source.read_text("utf-8"))
    }
    assert names <= set(catalogues.KEYWORDS)


def test_a_second_merge_changes_nothing(
    language: str, sentences: list[Message], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = catalogues.merge(language, sentences).text
    (tmp_path / "django.po").write_text(first, "utf-8")
    monkeypatch.setattr(catalogues, "path_of", lambda _language: tmp_path / "django.po")
    assert catalogues.merge(language, sentences).text == first


def test_no_place_of_a_machine_and_no_date_stands_in_a_catalogue(language: str) -> None:
    text = catalogues.path_of(language).read_text("utf-8")
    assert "\n#:" not in text
    assert "POT-Creation-Date" not in text
    assert str(ROOT) not in text


def test_the_compiler_of_set_up_takes_the_catalogue(language: str, tmp_path: Path) -> None:
    source, target = catalogues.path_of(language), tmp_path / "django.mo"
    command = [sys.executable, "-m", "babel.messages.frontend", "compile", "-i", source, "-o", target, "-l", language]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert "error" not in done.stderr
    assert target.stat().st_size > 50_000


def test_a_new_sentence_is_told_and_an_old_one_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n  <p>{% translate "Log in" %}</p>\n {% translate "A sentence nobody knows" %}'
        "{% blocktranslate count n=n %}{{ n }} egg{% plural %}{{ n }} eggs{% endblocktranslate %}"
    )
    target = tmp_path / "locale" / "th" / "LC_MESSAGES" / "django.po"
    target.parent.mkdir(parents=True)
    shutil.copy(catalogues.path_of("th"), target)
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    outcome = catalogues.merge("th", catalogues.sources())
    assert outcome.count == 3
    assert not outcome.is_current
    assert sorted(outcome.wrong) == ["%(n)s egg: is not translated", "A sentence nobody knows: is not translated"]
    assert 'msgid "Log in"\nmsgstr "เข้าสู่ระบบ"' in outcome.text
    assert "#, python-format" in outcome.text


def test_sentences_within_formatted_strings_are_collected(tmp_path: Path) -> None:
    module = tmp_path / "asking.py"
    module.write_text(
        "one = f\"[{_('somebody else')}] {gettext('a' 'b')} {_(name)}\"\n"
        "two = f\"{ngettext('%(n)s day', '%(n)s days', n) % {'n': n}} {pgettext('export', 'Ready')}\"\n"
    )
    found = {(one.id, one.context) for one in catalogues.sentences(module)}
    assert found == {("somebody else", None), ("ab", None), (("%(n)s day", "%(n)s days"), None), ("Ready", "export")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100% of customers", []),
        ("100%% of %(n)s", ["%%", "%(n)s"]),
        ("{n} of {total}", ["{n}", "{total}"]),
        ("%d days", ["%d"]),
        ("nothing", []),
    ],
)
def test_placeholders_are_told_from_text(text: str, found: list[str]) -> None:
    assert sorted(catalogues.placeholders(text)) == sorted(found)


@pytest.mark.django_db
@pytest.mark.usefixtures("_compiled")
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_has_no_english_left(client: Client, language: str, path: str) -> None:
    response = client.get(path, headers={"accept-language": language})
    assert response.headers["Content-Language"] == language
    assert left_over(response.content.decode(), language) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_compiled")
@pytest.mark.parametrize("path", STAFF)
def test_a_staff_page_has_no_english_left(client: Client, language: str, path: str) -> None:
    user = factories.staff()
    user.language = language
    user.save(update_fields=["language"])
    factories.customer(name="มะลิ ศรีสุข", email="mali@example.com")
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    assert left_over(response.content.decode(), language) == []


@pytest.mark.django_db
def test_the_look_for_left_overs_finds_them(client: Client, language: str) -> None:
    page = client.get("/nowhere/", headers={"accept-language": "en"}).content.decode()
    assert "There is nothing at this address" in left_over(page, language)


def left_over(page: str, language: str) -> list[str]:
    """English sentences of the catalogue that stand in a page although they have another translation."""
    shown = UNSEEN.sub(" ", page)
    texts = [*re.split(r"<[^>]*>", shown), *re.findall(r'="([^"]*)"', shown)]
    pieces = {" ".join(html.unescape(text).split()) for text in texts}
    catalogue = catalogues.read(catalogues.path_of(language).read_text("utf-8"), language)
    return [
        name
        for message in catalogue
        if len(name := catalogues.name(message)) > LONG
        and name in pieces
        and name not in catalogues.forms(message.string)
    ]


# What our pages call people and things, decided once. Customers are 고객님, whether or not they are members; and the words
# of the privacy laws are the laws' own.
NOT_OUR_WORDS = {
    "ko": {
        "회원님": "고객님",
        "정보 주체": "정보주체",
        "개인 정보": "개인정보",
        "처리 정지": "처리정지",
        "증명서": "확인서",
        "예약 주문": "사전 주문",
        "사슬": "체인",
        "소스": "출처",
        "다운로드": "내려받기",
        "을(를)": "a clause of the value's own",
        "이(가)": "a clause of the value's own",
        "은(는)": "a clause of the value's own",
        "(으)로": "a clause of the value's own",
    },
    "th": {
        "ลืมคุณ": "ลบข้อมูลของคุณ",
        "คุณคือใคร": "ข้อมูลติดต่อของคุณ",
        "ใบรับรองที่ลงลายมือชื่อ": "หลักฐานความยินยอม",
        "ใบรับความยินยอม": "หลักฐานความยินยอม",
        "กรุณา": "โปรด",
        "บิดามารดา": "พ่อแม่หรือผู้ปกครอง",
        "พักการใช้": "ระงับการใช้",
        "พ.ร.บ.": "พระราชบัญญัติ",
        "ฟิลด์": "ช่องข้อมูล",
        "ลูกค้าเป้าหมาย": "ผู้สนใจ",
    },
}


@pytest.mark.parametrize("language", sorted(NOT_OUR_WORDS))
def test_people_and_things_are_called_the_same_everywhere(language: str) -> None:
    text = (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert {word: ours for word, ours in NOT_OUR_WORDS[language].items() if word in text} == {}
