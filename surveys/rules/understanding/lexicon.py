"""What an English sentence weighs by a list of words: sums of their feeling, turned by "not", raised by "very"."""

from collections.abc import Mapping, Sequence

_NOT = frozenset(
    "not no never none nobody nothing neither nor nowhere without hardly scarcely barely rarely seldom"
    " cannot cant dont  doesnt didnt isnt wasnt arent werent wont wouldnt couldnt shouldnt aint hasnt"
    " havent hadnt lacks lack lacking".split()
)
_MORE = frozenset(
    "very really extremely so absolutely totally completely incredibly highly too quite especially super truly deeply"
    " most".split()
)
_LESS = frozenset("slightly somewhat kinda barely little partly less fairly marginally occasionally almost".split())
_BUT = frozenset({"but", "however", "although", "though"})
_REACH = 3
"""How many words before it a "not" still turns."""


def weigh(words: Sequence[str], lexicon: Mapping[str, float]) -> list[float]:
    """A fixed row of numbers: balance, how much good and bad, the strongest of each, the same for the length, denials,
    a question, length, and whether it takes something back ("but").
    """
    good = bad = highest = lowest = 0.0
    turning = max((at for at, word in enumerate(words) if word in _BUT), default=-1)
    for at, word in enumerate(words):
        weight = lexicon.get(word, 0.0)
        if not weight:
            continue
        before = words[max(0, at - _REACH) : at]
        if any(denies(one) for one in before):
            weight *= -0.74
        if before and before[-1] in _MORE:
            weight *= 1.2
        elif before and before[-1] in _LESS:
            weight *= 0.8
        if turning >= 0:
            weight *= 0.6 if at < turning else 1.3
        good, bad = good + max(weight, 0.0), bad - min(weight, 0.0)
        highest, lowest = max(highest, weight), min(lowest, weight)
    balance, root = good - bad, max(1, len(words)) ** 0.5
    return [
        balance / (balance * balance + 15) ** 0.5,
        good / (good + 4),
        bad / (bad + 4),
        highest / 4,
        lowest / 4,
        good / root,
        bad / root,
        sum(map(denies, words)) / 3,
        float("?" in words),
        min(len(words), 60) / 60,
        float(turning >= 0),
    ]


def denies(word: str) -> bool:
    """Whether the word turns what follows."""
    return word in _NOT or word.endswith("n't")
