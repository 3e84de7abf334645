"""When a question is shown: a small language of comparisons, and what can be proved about a whole questionnaire.

    {score} <= 6 and not ({store} = 'BKK1' or {reasons} has 'price')

`tree` holds a condition, `reading` makes one of text, `judging` decides it for answers. Nothing is ever executed.
"""
