"""JSON pointers (RFC 6901). On its own, because DRF's views load the parser, and problems load DRF's views."""


def escaped(name: str) -> str:
    """A member's name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
