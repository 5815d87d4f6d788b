"""A small trained recogniser that judges names by their context, beside lists and rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from signalread.errors import ModelError
from signalread.redaction.disguises import reveal
from signalread.redaction.doubts import is_doubtful, may_be_name
from signalread.redaction.names import ListedNames, NameFinder, choose_tokens
from signalread.redaction.neighbours import add_signature, extend_names, join_spans
from signalread.redaction.tokens import Token, read_tokens

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_BATCH = 128
_MOST_WORDS = 200_000  # that the recogniser's vocabulary remembers for good
_REACH = 8  # words on each side of a doubt


def load_name_finder(folder: Path | None = None) -> NameFinder:
    """Return a finder of names: lists and rules, and the recogniser saved in ``folder``.

    Without a folder, lists and rules work alone. Raises :class:`ModelError` for a folder that
    holds no recogniser.
    """
    return ListedNames() if folder is None else _RecognisedNames(load_recogniser(folder))


def load_recogniser(folder: Path) -> Language:
    """Load the recogniser alone. Its files are JSON and msgpack, so loading runs no code."""
    import spacy  # slow, and only a run needs it

    if not (folder / "meta.json").is_file():
        raise ModelError(
            f"No name recogniser in '{folder.name}'.",
            hint="make one with `python scripts/train_name_finder.py FOLDER`",
        )
    try:
        return spacy.load(folder)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The name recogniser in '{folder.name}' cannot be loaded.",
            hint="it may be damaged; restore it or train it anew",
        ) from error


def make_doc(
    nlp: Language,
    text: str,
    tokens: Sequence[Token],
    chosen: set[int],
    window: range | None = None,
) -> Doc:
    """Tokenize the window of a text, each token tagged with what lists and rules say of it."""
    if window is None:
        window, offset, end = range(len(tokens)), 0, len(text)
    else:
        # With the punctuation after it: "Zrinka:" and "Zrinka." are read differently.
        offset = tokens[window.start].start
        end = tokens[window.stop].start if window.stop < len(tokens) else len(text)
    doc = nlp.make_doc(text[offset:end])
    facts = {
        tokens[index].start - offset: (
            f"{tokens[index].standing}|{'C' if tokens[index].capital else ''}"
            f"{'O' if tokens[index].opens else ''}{'N' if index in chosen else ''}"
        )
        for index in window
    }
    for token in doc:
        token.tag_ = facts.get(token.idx, "-")
    return doc


class _RecognisedNames:
    """A :class:`NameFinder` that asks the recogniser where lists and rules leave a doubt."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self._reading = Lock()

    def __call__(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        seen = [reveal(text) for text in texts]
        found = self._find([text.text for text in seen])
        return [text.restore_all(names) for text, names in zip(seen, found, strict=True)]

    def _find(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        read = [read_tokens(text) for text in texts]
        chosen = [choose_tokens(tokens, text) for tokens, text in zip(read, texts, strict=True)]
        asked = [
            (index, window)
            for index, (tokens, names) in enumerate(zip(read, chosen, strict=True))
            for window in _windows(tokens, names)
        ]
        with self._bounded_vocabulary():
            docs = self.nlp.pipe(
                (make_doc(self.nlp, texts[i], read[i], chosen[i], window) for i, window in asked),
                batch_size=_BATCH,
            )
            for (index, window), doc in zip(asked, docs, strict=True):
                settle_tokens(read[index], chosen[index], window, doc)
        for text, tokens, names in zip(texts, read, chosen, strict=True):
            add_signature(tokens, names, text)
        return [
            join_spans(text, tokens, names)
            for text, tokens, names in zip(texts, read, chosen, strict=True)
        ]

    @contextmanager
    def _bounded_vocabulary(self) -> Iterator[None]:
        """Let spaCy forget the words met within, once it knows so many that memory would grow."""
        with self._reading:  # a vocabulary that forgets is no place for two threads
            if len(self.nlp.vocab.strings) < _MOST_WORDS:
                yield
            else:
                with self.nlp.memory_zone():
                    yield


def _windows(tokens: Sequence[Token], chosen: set[int]) -> list[range]:
    """Return the stretches of words that the recogniser must see to settle every doubt.

    The net looks three words to each side, so more would cost time and change nothing.
    """
    windows: list[range] = []
    for index in range(len(tokens)):
        if is_doubtful(tokens, index, chosen=index in chosen):
            start, stop = max(0, index - _REACH), min(len(tokens), index + _REACH + 1)
            if windows and start <= windows[-1].stop:
                windows[-1] = range(windows[-1].start, stop)
            else:
                windows.append(range(start, stop))
    return windows


def settle_tokens(tokens: Sequence[Token], chosen: set[int], window: range, doc: Doc) -> None:
    """Let the recogniser change which words of the window are names.

    It adds what it finds, and takes back only a sentence's first word that no list holds.
    """
    offset = tokens[window.start].start
    inside = {i + offset for e in doc.ents for i in range(e.start_char, e.end_char)}
    for index in window:
        token = tokens[index]
        if token.start in inside and may_be_name(tokens, index):
            chosen.add(index)
        elif (
            token.standing in ("", "near")
            and token.opens
            and not token.word.isupper()
            and token.start not in inside
        ):
            chosen.discard(index)
    extend_names(tokens, chosen)
