"""The gettext catalogues behind a report's words: found, read, and kept in step with the code.

The words stand in English in the code and the templates; every other language is a file,
``locale/LANGUAGE/LC_MESSAGES/signalread.po``. It is read as it is, so that there is nothing to
compile. ``python -m signalread.reporting.locale`` brings each file into step with the code; new
messages wait in it to be translated.
"""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from signalread.errors import SettingsError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SOURCE = "en"  # the language of the messages in the code
DOMAIN = "signalread.po"
_HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: signalread\n"
"Language: {language}\n"
"Plural-Forms: {plurals}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
_KEYWORDS = {"say": None, "say_many": (1, 2), "_": None, "ngettext": (1, 2)}


def languages() -> list[str]:
    """Return the languages that a report can be written in.

    >>> languages()
    ['en', 'sv']
    """
    return sorted({SOURCE, *(path.parents[1].name for path in _folder().glob(f"*/*/{DOMAIN}"))})


@cache
def load_translations(language: str) -> NullTranslations:
    """Return what gettext and the templates look a message up in.

    Raises :class:`SettingsError` for a language without a catalogue.
    """
    if language == SOURCE:
        return NullTranslations()
    if language not in languages():
        raise SettingsError(
            f"There is no report in the language '{language}'.",
            hint=f"the languages are {', '.join(languages())}",
        )
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def read_catalogue(language: str) -> Catalog:
    """Return a language's messages with their translations."""
    from babel.messages.pofile import read_po

    with _path(language).open("rb") as file:
        return read_po(file, locale=language)


def extract_messages() -> Catalog:
    """Return every message that the code and the templates of the reports say."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    found = Catalog(project="signalread", charset="utf-8")
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    options = {"**.html": {"trimmed": "true", "silent": "false"}}
    for path, line, message, comments, context in extract_from_dir(
        str(_folder().parent), methods, options_map=options, keywords=_KEYWORDS
    ):
        found.add(message, None, [(path, line)], auto_comments=comments, context=context)
    return found


def update_catalogues() -> None:
    """Bring every catalogue into step with the code, keeping the translations it has."""
    from babel.messages.pofile import write_po

    for language in languages():
        if language != SOURCE:
            catalogue = read_catalogue(language)
            catalogue.update(extract_messages(), no_fuzzy_matching=True)
            body = io.BytesIO()
            write_po(
                body, catalogue, width=98, omit_header=True, include_lineno=False,
                ignore_obsolete=True,
            )  # fmt: skip
            header = _HEADER.format(language=language, plurals=catalogue.plural_forms)
            _path(language).write_bytes(header.encode() + body.getvalue())


def _path(language: str) -> Path:
    return _folder() / language / "LC_MESSAGES" / DOMAIN


def _folder() -> Path:
    return Path(str(resources.files("signalread.reporting"))) / "locale"
