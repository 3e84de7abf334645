"""What the kernel declares to itself: the kinds of jobs that run imports and take them back."""

from cdp.core.imports import engine, undoing  # noqa: F401  (register the jobs)
