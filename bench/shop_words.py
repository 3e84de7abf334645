"""What words say of a shop, of -4 to 4: our addition to the list of vaderSentiment, which knows no late parcels."""

_WORDS = {
    2.0: (
        "adorable affordable attentive bargain comfy cosy courteous cozy crisp delicious durable"
        " effortless flawless flawlessly generous gorgeous hassle-free hygienic immaculate intact"
        " juicy knowledgeable perfectly prompt promptly punctual recommend recommended refreshing"
        " reliable seamless speedy spotless sturdy superb tasty thorough tidy topnotch trustworthy"
        " yummy"
    ),
    1.2: (
        "better bigger bright clean convenient definitely early easily fast favorite favourite fits"
        " fitted fixed fresh immediately instantly loyal neat neatly patient patiently quick quickly"
        " quiet returning roomy satisfying simple simply smooth smoothly soft solid solved spacious"
        " stylish warm worked works worth"
    ),
    -0.6: ("small thin"),
    -0.8: ("cold"),
    -1.2: (
        "apology bruises bug buggy bugs canceled cancelled chipped complain complained complaint"
        " complicated confusing crowded declined disappeared error errors expensive faded hurts loose"
        " loses lost loud lukewarm messy noisy overdue overheats painful peeled peeling pricey queue"
        " rattles regret rejected rough rusts salty scratchy shouted shrank shrunk slow sold-out"
        " stopped tight unanswered unavailable unclean uneven unsafe vanished waited waiting wet"
        " wobbly worse worst wrong yelled"
    ),
    -2.0: (
        "avoid bland broke broken burnt cheated counterfeit cracked crashed crashes crushed damaged"
        " defective delay delayed dented dirty expired fake faulty filthy flimsy freezes garbage"
        " greasy ignored impolite incompetent itching itchy junk late leaked leaking leaks lied"
        " missing moldy mouldy overcharged overpriced rash raw refund refused rip-off ripoff ripped"
        " rotten rude scam scratched shoddy sloppy smashed smelly soggy spoiled stale stank sticky"
        " stinks swollen tasteless torn trash unacceptable undercooked unfriendly unhelpful unhygienic"
        " unusable useless"
    ),
}
OF = {word: weight for weight, told in _WORDS.items() for word in told.split()}
