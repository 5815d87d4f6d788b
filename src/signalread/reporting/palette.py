"""The shades that every output shares: blue for strengths, orange for concerns.

The two are told apart without colour sight, and each gets darker as the share grows, so that
they also read in grey. A sign always stands beside the number.
"""

LIMITS = (10, 20, 35, 50)  # whole percent where the next shade begins
SHADES = {
    "+": ("FFFFFF", "E3EEF7", "C0D9EE", "8FBDE0", "1F5A8C"),
    "-": ("FFFFFF", "FBEADB", "F7D0AD", "EDA969", "A34A08"),
}
INK, SOFT, LINE, TINT = "1B2430", "4A5461", "D5DAE0", "F4F6F8"


def shade(value: int) -> int:
    """Return which of the five shades a share of whole percent gets, 0 the palest.

    >>> [shade(value) for value in (0, 9, 10, 34, 35, 100)]
    [0, 0, 1, 2, 3, 4]
    """
    return sum(value >= limit for limit in LIMITS)


def ink_on(value: int) -> str:
    """Return the text colour that can be read on a share's shade.

    >>> ink_on(10), ink_on(60)
    ('1B2430', 'FFFFFF')
    """
    return "FFFFFF" if shade(value) == len(LIMITS) else INK
