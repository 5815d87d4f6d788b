"""What is not worth reading on, and why: nothing is dropped, it only gets its status."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from signalread.chunks import gather_chunks
from signalread.intake.digests import SeenTexts
from signalread.intake.languages import detect_languages
from signalread.records import Comment, Status

LONGEST_COMMENT = 100_000  # characters
_BATCH = 1024  # comments
_BATCH_CHARACTERS = 4_000_000
_LANGUAGE_CHARACTERS = 1000  # enough to tell a language by

# Whole texts that say that there is nothing to say, lower-case, without punctuation.
_NOTHING = re.compile(
    r"""(?:nej|nä|näe|no|ok|okej)?\s?(?:tack\s+)?(?:det\s+)?(?:
      (?:jag\s+)?(?:har\s+)?(?:(?:inget|ingenting|inte\s+något|inte\s+nåt|inga)\s+)
        (?:(?:mer|mera|annat|övrigt|särskilt|speciellt|direkt|just\s+nu|att|jag|som|kommer|på)\s+)*
        (?:tillägga|kommentera|kommentarer|kommentar|säga|anmärka|synpunkter|övrigt|särskilt
          |speciellt|mer|mera|åsikter|åsikt|att\s+nämna|nämna|på|att)
        (?:\s+(?:just\s+nu|i\s+nuläget|idag|för\s+tillfället|för\s+stunden|mer|mera|tack|på|här))?
     |(?:har\s+)?ingen\s+(?:kommentar|kommentarer|åsikt|uppfattning|synpunkt|aning|idé)
        (?:\s+(?:just\s+nu|tack|alls))?
     |(?:jag\s+)?(?:vet|vill|kan)\s+(?:ej|inte)(?:\s+(?:svara|kommentera|uppge))?(?:\s+på\s+det)?
     |(?:kan|vill)\s+(?:ej|inte)\s+(?:svara|kommentera)
     |passar?|avstår|ej\s+(?:aktuellt|relevant|tillämpligt|svar)|inte\s+(?:aktuellt|relevant)
     |se\s+ovan|se\s+tidigare\s+svar|samma\s+som\s+ovan
     |n\s?a|nope|none|nothing|nothing\s+to\s+add|no\s+comments?|not\s+applicable|i\s+don\s?t\s+know
     |x+|asdf\w*|test
    )""",
    re.VERBOSE,
)
# These answer a closed question, and say nothing only where anything could have been said.
_BARE = re.compile(
    r"(?:ja|jo|japp|nej|nä|nää|nepp|no|yes|nej tack|inget|ingenting|inte|inga|ok|okej|vet ej"
    r"|nej inget|nej ingenting|nix)"
)
_OPEN_QUESTION = re.compile(
    r"övrigt|övriga|tillägga|något mer|något annat|något ytterligare|nåt mer|annat du vill"
    r"|anything else|other comments?|further comments?|\bkommentar(?:er)?\b|\bfritext\b|synpunkter"
)
_CLOSED_QUESTION = re.compile(
    r"^(?:känner|är|finns|får|kan|vågar|upplever|tycker|vet|do|does|is)\b"
)
_SPACES = re.compile(r"\s+")
_SIGNS = re.compile(r"[^\w\s]|_")


def screen_comments(comments: Iterable[Comment], *, language: str = "sv") -> Iterator[Comment]:
    """Yield every comment in its order, those not to be read on with the status that says why.

    The text of a comment that is too long is cut. A comment that already has another status than
    ``READ`` is passed on as it is.
    """
    seen = SeenTexts()
    for batch in gather_chunks(comments, most=_BATCH, characters=_BATCH_CHARACTERS):
        screened = [_screen(comment, seen) for comment in batch]
        readable = [i for i, comment in enumerate(screened) if comment.status is Status.READ]
        found = detect_languages(
            [screened[i].text[:_LANGUAGE_CHARACTERS] for i in readable], home=language
        )
        for i, code in zip(readable, found, strict=True):
            other = code is not None and code != language
            status = Status.OTHER_LANGUAGE if other else Status.READ
            screened[i] = replace(screened[i], language=code, status=status)
        yield from screened


def says_nothing(text: str, *, question: str | None) -> bool:
    """Say whether a text as a whole is 'nothing to add' in one of its forms.

    >>> says_nothing("Inget att tillägga.", question=None), says_nothing("-", question=None)
    (True, True)
    >>> says_nothing("Nej", question="Känner du dig trygg?")
    False
    >>> says_nothing("Nej", question="Något mer du vill säga?")
    True
    """
    return _says_nothing(_plain(text), text, question=question)


def _says_nothing(plain: str, text: str, *, question: str | None) -> bool:
    if not plain:
        # A picture is an answer; a dash is not.
        return not any(unicodedata.category(character) == "So" for character in text)
    if len(plain) > 60:
        return False
    if _BARE.fullmatch(plain):
        return question is None or _is_open(question)
    return _NOTHING.fullmatch(plain) is not None


def repeats_question(text: str, *, question: str | None) -> bool:
    """Say whether a text is the question over again.

    >>> repeats_question("vad är bra", question="Vad är bra?")
    True
    """
    return _repeats(_plain(text), question=question)


def _repeats(plain: str, *, question: str | None) -> bool:
    return question is not None and plain != "" and plain == _plain_question(question)


def _screen(comment: Comment, seen: SeenTexts) -> Comment:
    if comment.status is not Status.READ:
        return comment
    text = comment.text
    if not text:
        return replace(comment, status=Status.EMPTY)
    if len(text) > LONGEST_COMMENT:
        return replace(comment, text=text[:LONGEST_COMMENT], status=Status.TOO_LONG)
    plain = _plain(text)
    if _repeats(plain, question=comment.question):
        return replace(comment, status=Status.REPEATS_QUESTION)
    if _says_nothing(plain, text, question=comment.question):
        return replace(comment, status=Status.NOTHING_TO_ADD)
    if comment.respondent is not None:
        key = (comment.respondent, comment.wave, comment.question or "", comment.source, text)
        if not seen.add(*key):
            return replace(comment, status=Status.DUPLICATE)
    return comment


def _is_open(question: str) -> bool:
    plain = _plain_question(question)
    return not plain or (
        _OPEN_QUESTION.search(plain) is not None and _CLOSED_QUESTION.match(plain) is None
    )


def _plain(text: str) -> str:
    return _SPACES.sub(" ", _SIGNS.sub(" ", text.casefold())).strip()


# Thousands of comments answer the same few questions.
_plain_question = lru_cache(maxsize=256)(_plain)
