"""Names, places, products and feasts of the sample shop: compact text, written for it, no copy of any data set."""
