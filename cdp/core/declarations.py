"""What the kernel declares to itself: the kind of job that runs imports."""

from cdp.core.imports import engine  # noqa: F401  (registers the job)
