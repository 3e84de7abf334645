"""Answers as files: the kind of export that has a survey's own columns, and the book that tells what they mean.

kinds      which columns a file of a survey has, and whom it holds
rows       one row for each response
nameless   what of an anonymous survey may leave: counts, and words apart from everything
codebook   what each column asks, and what its codes mean
"""
