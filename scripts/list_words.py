"""List the words that running Swedish writes with a small letter, so that names stand out.

    python scripts/list_words.py FOLDER

FOLDER holds ``*.xz`` files of plain Swedish text; the comments of corpora/ are counted with them,
so that everyday words of work are known. Only counts are kept, no sentence is: the list goes to
``src/signalread/redaction/lexicon/words.txt``.
"""

import argparse
import json
import lzma
import re
from collections import Counter
from pathlib import Path

from signalread.redaction.lexicon import load_lexicon

OUT = Path(__file__).resolve().parents[1] / "src/signalread/redaction/lexicon/words.txt"
LEAST = 4  # times a word must stand there: fewer are mostly misprints
MOST_CHARACTERS = 22_000_000  # of one file, so that no register drowns the others
CORPORA = Path(__file__).resolve().parents[1] / "corpora"
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def count_words(paths: list[Path]) -> tuple[Counter[str], Counter[str]]:
    """Return how often words stand in small letters, and capitalized after another word."""
    low: Counter[str] = Counter()
    high: Counter[str] = Counter()
    for path in paths:
        read = 0
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                read += len(line)
                if read > MOST_CHARACTERS:
                    break
                for match in WORD.finditer(line):
                    word, start = match[0], match.start()
                    if word.islower():
                        low[word] += 1
                    elif word[0].isupper() and start > 1 and line[start - 2].islower():
                        high[word.lower()] += 1
    return low, high


def own_words(paths: list[Path]) -> set[str]:
    """Return the small-letter words of our labelled comments, without the names in them."""
    lexicon = load_lexicon()
    names = lexicon.first | lexicon.last
    words: set[str] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            for segment in json.loads(line).get("segments", ()):
                words.update(WORD.findall(segment["text"]))
    return {w for w in words if w.islower() and len(w) > 2 and w.removesuffix("s") not in names}


def choose_words(low: Counter[str], high: Counter[str]) -> list[str]:
    """Keep the words that are usual in small letters, so no name that was once mistyped."""
    return sorted(word for word, n in low.items() if n >= LEAST and n > high[word] / 4)


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    low, high = count_words(sorted(folder.glob("*.xz")))
    for word in own_words(sorted(CORPORA.glob("sv-work/train/*.jsonl"))):
        low[word] += LEAST
    words = choose_words(low, high)
    OUT.write_text("\n".join(words) + "\n", encoding="utf-8")
    print(f"{len(words)} words in {OUT.name}")


if __name__ == "__main__":
    main()
