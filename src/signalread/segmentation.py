"""Redacted comments become segments: sentences, and the parts of one where the content turns.

The rules run over spaCy's Swedish tokens; no trained component is needed. Each looks at a token
and its neighbours, so the time grows with the length of the text and no faster.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from signalread.chunks import gather_chunks
from signalread.records import RedactedComment, Segment, Status

if TYPE_CHECKING:
    from spacy.language import Language

_CHUNK = 1024  # comments cut at a time
_CHUNK_CHARACTERS = 1_000_000
_MOST_WORDS = 1 << 16  # kept with their tokens, since most words of a text come again
_LONGEST_PIECE = 400  # characters of a word that are tokenized at a time
_LONGEST_WORD = 40  # characters of a word that is worth keeping
_LONGEST_ASIDE = 200  # characters within which a bracket or quotation is looked for its end
_WRAPPED_LINE = 60  # a line this long that runs on in lower case was broken by its margin
_LEAST_WORDS = 3  # on each side of a turn

# Written with a full stop that says nothing about the sentence.
_OPEN = """
t.ex bl.a d.v.s dvs s.k f.d p.g.a fr.o.m f.o.m t.o.m m.a.o ca c:a kl nr resp jfr sid avd tel ev
inkl exkl max obs prof dr hr fru ang bitr i.o.m fr t.o fig kap art mom p.s
"""
# May also be a sentence's last word: the next word's capital decides.
_EITHER = """
m.m mm osv o.s.v etc m.fl mfl o.d od o.dyl e.d e.dyl m.h.a st tim min sek kr mkr tkr kg km cm mån
vard jan feb mars apr jun jul aug sep sept okt nov dec tis ons tors fre lör sön
"""
_LETTERED = "plan grupp avdelning team hus skift lag block linje alternativ klass"
_OPENING = "Jag Vi Det Man Han Hon De Dom Ingen Alla Sen Sedan Nu Tyvärr Ibland Men"
_OPEN_ABBREVIATIONS = frozenset(_OPEN.split())
_ABBREVIATIONS = _OPEN_ABBREVIATIONS | frozenset(_EITHER.split())
_LETTERED_THINGS = frozenset(_LETTERED.split())
_OPENERS = frozenset(_OPENING.split())
_SPECIAL_CASES = ("mfl.", "m.fl.", "ca.", "nr.", "bl.a.", "t.ex.", "p.g.a.", "ev.", "inkl.")
_TURNS = frozenset(("men", "fast", "däremot", "dock", "medan", "å"))
_BULLETS = frozenset("-–—•*·▪◦→")
_CLOSING = frozenset("\"'”’»)]}")
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»", "”": "”", '"': '"', "»": "»"}

_UNSPACED = re.compile(r"\S+")
_LINE_BREAK = re.compile("[\n\r\u2028]")
_CLOSES_ASIDE = re.compile(f"[{re.escape(''.join(_PAIRS.values()))}]")
_TERMINAL = re.compile(r"[.!?…]+\Z")
_ELLIPSIS = re.compile(r"(?:\.{2,}|…)\Z")
_SMILEY = re.compile(r"(?:[:;=8xX]['’]?-?[()DPpOo/\\|*3]+|<3+|\^\^|[(]:)\Z")
_FINITE = re.compile(
    r"(?:är|var|vore|har|hade|ska|skall|skulle|kan|kunde|vill|ville|får|fick|måste|borde|bör|blir|"
    r"blev|finns|fanns|går|gick|gör|gjorde|ger|gav|tar|tog|ser|såg|säger|sa|sade|står|stod|sitter|"
    r"satt|ligger|låg|kommer|kom|vet|visste|låter|lät|håller|höll|sätts|syns|känns|tycks|heter|hette|"
    r"slipper|slapp|beror|saknas|behövs|funkar|hjälps|trivs|tros|märks|"
    r"\w+(?:ar|er|ör|år|yr|de|te|ras|ades))\Z"
)


Lengths: TypeAlias = dict[str, tuple[int, ...]]


def load_nlp() -> Language:
    """Return the Swedish tokenizer that :func:`split_segments` reads with."""
    import spacy  # slow, and only a run needs it

    nlp = spacy.blank("sv")
    vocabulary: Any = nlp.vocab
    vocabulary.lex_attr_getters = {}  # a word's shape, prefix and so on: nothing here asks
    tokenizer: Any = nlp.tokenizer
    for written in _SPECIAL_CASES:
        tokenizer.add_special_case(written, [{"ORTH": written}])
    return nlp


def split_segments(comments: Iterable[RedactedComment], *, nlp: Language) -> Iterator[Segment]:
    """Yield the segments of every comment that is to be read, in order.

    Segments do not overlap, have no space at either end, and together hold every character of the
    comment that is not space.
    """
    parts = _parts_of(nlp)
    for chunk in gather_chunks(comments, most=_CHUNK, characters=_CHUNK_CHARACTERS):
        read = [comment for comment in chunk if comment.status is Status.READ]
        lengths = parts.lengths(comment.text for comment in read)
        for comment in read:
            for index, (start, end) in enumerate(_spans(comment.text, lengths)):
                yield Segment(comment=comment, index=index, start=start, end=end)


class _Parts:
    """The tokens that spaCy makes of a word, which here is what stands between spaces.

    Its tokenizer looks at one word at a time, so a word's tokens are the same wherever it stands
    (all but a smiley's, which a bracket after it could undo across a space; here it cannot).
    """

    # A vocabulary that forgets is no place for two threads.
    _forgetting = Lock()

    def __init__(self, nlp: Language) -> None:
        # Not the whole of it, which would keep itself alive in the table of what was met.
        self._tokenizer = nlp.tokenizer
        self._memory_zone = nlp.vocab.memory_zone
        self._known: Lengths = {}

    def lengths(self, texts: Iterable[str]) -> Lengths:
        """Return the lengths of the tokens of every word of the texts."""
        words = {word for text in texts for word in text.split()}
        new = words - self._known.keys()
        found = {word: self._known[word] for word in words - new}
        # Without the zone spaCy would keep every word that it ever met.
        with self._forgetting, self._memory_zone():
            # The tokenizer alone: the whole of nlp refuses long texts, and nothing else is needed.
            found |= {word: tuple(self._tokenize(word)) for word in new}
        for word in new:
            if len(self._known) < _MOST_WORDS and len(word) <= _LONGEST_WORD:
                self._known[word] = found[word]
        return found

    def _tokenize(self, word: str) -> Iterator[int]:
        # The tokenizer's time grows with the square of a word's length: no word is that long, but
        # a row of 100,000 brackets would take a quarter of an hour.
        for start in range(0, len(word), _LONGEST_PIECE):
            yield from map(len, self._tokenizer(word[start : start + _LONGEST_PIECE]))


_known_parts: WeakKeyDictionary[Language, _Parts] = WeakKeyDictionary()


def _parts_of(nlp: Language) -> _Parts:
    """Return what is known of this tokenizer's words, from call to call."""
    return _known_parts.setdefault(nlp, _Parts(nlp))


def _spans(text: str, lengths: Lengths) -> Iterator[tuple[int, int]]:
    tokens = _Tokens(text, lengths)
    sentences = list(_sentence_starts(tokens))
    cuts = sorted({*sentences, *_turns(tokens, sentences)})
    edges = [0, *(tokens.starts[i] for i in cuts), len(text)]
    for start, end in pairwise(edges):
        part = text[start:end]
        stripped = part.strip()
        if stripped:
            offset = start + len(part) - len(part.lstrip())
            yield offset, offset + len(stripped)


class _Tokens:
    """A comment's tokens without spaces, as lists: words, offsets, and where lines begin."""

    __slots__ = ("asides", "ends", "line_starts", "starts", "text", "words")

    def __init__(self, text: str, lengths: Lengths) -> None:
        self.text = text
        self.words = words = list[str]()
        self.starts = starts = list[int]()
        self.ends = ends = list[int]()
        self.line_starts: set[int] = {0}
        end = 0
        for match in _UNSPACED.finditer(text):
            start = match.start()
            if _LINE_BREAK.search(text, end, start):
                self.line_starts.add(len(words))
            for length in lengths[match[0]]:
                end = start + length
                words.append(text[start:end])
                starts.append(start)
                ends.append(end)
                start = end
        self.asides = _asides(self) if _CLOSES_ASIDE.search(text) else []

    def __len__(self) -> int:
        return len(self.words)

    def adjoins(self, index: int) -> bool:
        """Say whether no space stands between this token and the one before it."""
        return index > 0 and self.starts[index] == self.ends[index - 1]

    def stands_alone(self, index: int) -> bool:
        """Say whether the token has space, or a line's edge, on both sides."""
        return not self.adjoins(index) and not (
            index + 1 < len(self.words) and self.adjoins(index + 1)
        )

    def ends_line(self, index: int) -> bool:
        """Say whether the token is its line's last."""
        return index + 1 >= len(self.words) or index + 1 in self.line_starts

    def begins_low(self, index: int) -> bool:
        """Say whether the token begins with a small letter."""
        return index < len(self.words) and self.words[index][0].islower()

    def begins_high(self, index: int) -> bool:
        """Say whether the token begins with a capital letter."""
        return index < len(self.words) and self.words[index][0].isupper()


def _asides(tokens: _Tokens) -> list[tuple[int, int]]:
    """Return the token spans, outermost first, of brackets and quotations that stand in a sentence.

    A quotation that is a sentence of its own is not one: it may be cut like any other text.
    """
    found: list[tuple[int, int]] = []
    opened: dict[str, int] = {}  # closing mark → index of its opening
    for i, word in enumerate(tokens.words):
        if i in tokens.line_starts:
            opened.clear()
        if word in opened:
            start = opened.pop(word)
            near = tokens.starts[i] - tokens.starts[start] <= _LONGEST_ASIDE
            inside_sentence = (
                word in ")]}"
                or tokens.begins_low(i + 1)
                or tokens.words[i + 1 : i + 2] in ([","], ["–"])
            )
            if near and inside_sentence:
                found.append((start, i))
        elif word in _PAIRS and not tokens.adjoins(i):
            opened.setdefault(_PAIRS[word], i)
    found.sort()
    outer: list[tuple[int, int]] = []
    for start, end in found:
        if not outer or start > outer[-1][1]:
            outer.append((start, end))
    return outer


def _within(asides: Sequence[tuple[int, int]], index: int) -> bool:
    """Say whether a cut before the token would fall inside an aside."""
    at = bisect_left(asides, (index, -1)) - 1
    return at >= 0 and asides[at][0] < index <= asides[at][1]


def _sentence_starts(tokens: _Tokens) -> Iterator[int]:
    """Yield the index of each token that begins a sentence, the first left out."""
    begun = 0  # where the sentence at hand began
    bullet: str | None = None  # the mark of the list that the line holds
    i, count = 0, len(tokens)
    while i < count:
        if i in tokens.line_starts:
            if i and not _is_wrapped(tokens, i):
                begun = i
                yield i
            bullet = tokens.words[i] if tokens.words[i] in _BULLETS else None
        elif i > begun and _begins_item(tokens, i, bullet):
            begun = i
            yield i
        word = tokens.words[i]
        # Most words are letters alone and end nothing; "xD" is a smiley.
        plain = word.isalpha() and word[0] not in "xX"
        last = None if plain else _end_of_terminal(tokens, i, begun)
        if last is None:
            if i > begun + 1 and _lacks_stop(tokens, i):
                begun = i
                yield i
            i += 1
            continue
        i = last + 1
        if i < count and i not in tokens.line_starts and not _within(tokens.asides, i):
            begun = i
            yield i


def _is_wrapped(tokens: _Tokens, index: int) -> bool:
    """Say whether the line break before the token is only a margin's."""
    if not tokens.begins_low(index) or _TERMINAL.match(tokens.words[index - 1][-1]):
        return False
    end = tokens.ends[index - 1]
    line_start = max(tokens.text.rfind("\n", 0, end), tokens.text.rfind("\r", 0, end)) + 1
    between = tokens.text[end : tokens.starts[index]]
    return end - line_start >= _WRAPPED_LINE and between.count("\n") + between.count("\r") == 1


def _begins_item(tokens: _Tokens, index: int, bullet: str | None) -> bool:
    """Say whether a list that runs on in one line has its next item here."""
    return tokens.words[index] == bullet and tokens.stands_alone(index)


def _end_of_terminal(tokens: _Tokens, index: int, begun: int) -> int | None:
    """Return the last token of the sentence end that begins here, or None where none does."""
    words = tokens.words
    word = words[index]
    if _is_emoji(word):
        return _end_of_emoji(tokens, index, begun)
    short = word[:-1].lower() if word[-1] == "." and len(word) > 1 else ""
    if len(short) == 1:  # an initial, but "Plan B."
        if tokens.words[index - 1].lower() not in _LETTERED_THINGS:
            return None
    elif not _TERMINAL.match(word) and short not in _ABBREVIATIONS:
        return None
    last, closed, marks = index, False, word
    while not tokens.ends_line(last):
        follower = words[last + 1]
        if tokens.adjoins(last + 1) and _TERMINAL.match(follower):
            marks += follower
        elif tokens.adjoins(last + 1) and follower in _CLOSING:
            closed = True
        elif not _is_emoji(follower):
            break
        last += 1
    if tokens.ends_line(last):
        return last
    if words[last + 1] in ",;:)":
        return None
    low = tokens.begins_low(last + 1)
    # '"Fråga bara!" säger de', "Bra... ibland", "kl. 14"
    if low and (closed or short or _ELLIPSIS.search(marks)):
        return None
    if short and (short in _OPEN_ABBREVIATIONS or not tokens.begins_high(last + 1)):
        return None
    if marks == "." and last == index and not _stop_ends(tokens, index, begun, low=low):
        return None
    return last


def _stop_ends(tokens: _Tokens, index: int, begun: int, *, low: bool) -> bool:
    """Say whether one full stop ends the sentence, by the word before and what follows."""
    if index == begun or not tokens.adjoins(index):
        return True
    before = tokens.words[index - 1]
    short = before.lower()
    if short in _OPEN_ABBREVIATIONS:
        return False
    if before.isdigit():
        # A list's number, an ordinal, a date or a section: "2. Mer tid", "den 14. mars", "14. 3".
        starts_item = index - 1 == begun and len(before) <= 2
        return not (starts_item or low or tokens.words[index + 1][0].isdigit())
    if len(before) == 1 and before.isalpha():
        if before.isupper():  # an initial, but "Plan B."
            return index - 2 >= begun and tokens.words[index - 2].lower() in _LETTERED_THINGS
        return index - 1 != begun and not low
    return not (low and short in _ABBREVIATIONS)


def _end_of_emoji(tokens: _Tokens, index: int, begun: int) -> int | None:
    last = index
    while not tokens.ends_line(last) and _is_emoji(tokens.words[last + 1]):
        last += 1
    # "mer ☕ på jobbet": one in place of a word ends nothing.
    enough = index - begun >= _LEAST_WORDS
    return last if enough and (tokens.ends_line(last) or tokens.begins_high(last + 1)) else None


def _is_emoji(word: str) -> bool:
    first = word[0]
    if first < "\u00a9":
        return bool(_SMILEY.match(word))
    return (
        "\U0001f000" <= first <= "\U0001faff"
        or "\u2600" <= first <= "\u27bf"
        or "\u2b00" <= first <= "\u2bff"
        or first in "\u200d\ufe0f\u20e3"
    )


def _lacks_stop(tokens: _Tokens, index: int) -> bool:
    """Say whether a sentence begins without a stop before it: "Vi har kul Det är bra"."""
    if tokens.words[index] not in _OPENERS or tokens.adjoins(index):
        return False
    before = tokens.words[index - 1]
    return before.isalpha() and before.islower() and len(before) > 1


def _turns(tokens: _Tokens, cuts: Sequence[int]) -> Iterator[int]:
    """Yield the index of each token at which the content of a sentence turns."""
    turning = [i for i, word in enumerate(tokens.words) if word.lower() in _TURNS]
    edges = [0, *cuts, len(tokens)] if turning else []
    for begun, end in pairwise(edges):
        left = begun
        first, last = (bisect_left(turning, i) for i in (begun + _LEAST_WORDS, end - _LEAST_WORDS))
        for i in turning[first:last]:
            at = _turn_at(tokens, i)
            if (
                at is not None
                and not _within(tokens.asides, at)
                and _is_clause(tokens, left, at)
                and _is_clause(tokens, i + 1, end)
            ):
                left = at
                yield at


def _turn_at(tokens: _Tokens, index: int) -> int | None:
    """Return where the part after the turn begins, if the token is a turn's word."""
    words = tokens.words
    word = words[index].lower()
    if word not in _TURNS or (
        word == "å" and [w.lower() for w in words[index + 1 : index + 3]] != ["andra", "sidan"]
    ):
        return None
    before = words[index - 1]
    if before in ("–", "—", "-"):
        return index - 1
    turns = before == "," or (word == "men" and _ELLIPSIS.match(before))
    return index if turns else None


def _is_clause(tokens: _Tokens, start: int, end: int) -> bool:
    words = [word for word in tokens.words[start:end] if word[0].isalnum()]
    return len(words) >= _LEAST_WORDS and any(_FINITE.match(word.lower()) for word in words)
