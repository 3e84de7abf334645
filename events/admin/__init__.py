from events.admin import sources

__all__ = ["sources"]
