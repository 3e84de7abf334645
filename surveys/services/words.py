"""The keys of words, for services: see `surveys.selectors.sealing`, which reading needs too."""

from surveys.selectors.sealing import Words, key_of, load

__all__ = ["Words", "key_of", "load"]
