"""Answers that were given elsewhere, as a file brings them: the questionnaire they are to, and their rows.

making     a questionnaire made of a file of answers
answers    the kind of import: from rows to sendings
keeping    many sendings at once, by the rules of the one way in
undoing    taking an import of them back
"""
